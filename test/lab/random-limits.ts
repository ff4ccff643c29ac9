import type { Properties } from './flavors.ts';

/** A flavor drawn at random; what is absent has no limit. Rates in Mbit/s, so that tc prints them exactly. */
export interface RandomLimits {
  readonly shares?: number;
  readonly period?: number;
  readonly quota?: number;
  readonly iotune: Readonly<Record<string, number>>;
  readonly inbound?: { readonly rate: number; readonly peak?: number; readonly burst?: number };
  readonly outbound?: { readonly rate: number; readonly burst?: number };
}

/** Numbers from 0 up to 1 that are the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Draws limits that every kind of hypervisor can hold. */
export function randomLimits(random: () => number): RandomLimits {
  const between = (least: number, most: number) => least + Math.floor(random() * (most - least + 1));
  const maybe = <K extends string>(key: K, value: () => number) =>
    (random() < 0.5 ? { [key]: value() } : {}) as Partial<Record<K, number>>;
  const rate = between(1, 400);
  return {
    ...maybe('shares', () => between(2, 10_000)),
    ...maybe('period', () => between(10, 1000) * 1000),
    ...maybe('quota', () => between(5, 500) * 1000),
    iotune: {
      ...randomFamily('bytes', () => between(1, 900) * 4096),
      ...randomFamily('iops', () => between(1, 5000)),
    },
    ...(random() < 0.6 && {
      inbound: {
        rate,
        ...maybe('peak', () => between(rate, 999)),
        ...maybe('burst', () => between(64, 20_000)),
      },
    }),
    ...(random() < 0.6 && {
      outbound: { rate: between(1, 999), ...maybe('burst', () => between(64, 20_000)) },
    }),
  };

  function randomFamily(family: 'bytes' | 'iops', value: () => number): Record<string, number> {
    const kind = random();
    if (kind < 0.3) return {};
    if (kind < 0.6) return { [`total_${family}_sec`]: value() };
    return { ...maybe(`read_${family}_sec`, value), ...maybe(`write_${family}_sec`, value) };
  }
}

/** The extra specs that ask for them, without `quota:`. 1 Mbit/s is 125 kB/s. */
export function propertiesOf({ shares, period, quota, iotune, inbound, outbound }: RandomLimits): Properties {
  const numbers = {
    cpu_shares: shares,
    cpu_period: period,
    cpu_quota: quota,
    ...Object.fromEntries(Object.entries(iotune).map(([key, value]) => [`disk_${key}`, value])),
    vif_inbound_average: inbound && inbound.rate * 125,
    vif_inbound_peak: inbound?.peak && inbound.peak * 125,
    vif_inbound_burst: inbound?.burst,
    vif_outbound_average: outbound && outbound.rate * 125,
    vif_outbound_burst: outbound?.burst,
  };
  const given = Object.entries(numbers).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([key, value]) => [key, String(value)]));
}
