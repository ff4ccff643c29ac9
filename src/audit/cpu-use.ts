import { DEFAULT_PERIOD_US } from '../domain/cputune.ts';
import type { ThreadCounters } from './counters.ts';
import {
  grown,
  type Measurable,
  type Measured,
  SLACK,
  secondsBetween,
  share,
  usedOf,
  valueBeside,
} from './measured.ts';

const groups: Readonly<Record<string, RegExp>> = {
  vcpu_quota: /^vcpu\d/,
  emulator_quota: /^emulator$/,
  iothread_quota: /^iothread\d/,
  global_quota: /^libvirt$/,
};

/**
 * How much of its quota the busiest of the thread groups has used in a period on average, and how many periods all of them
 * were held back in. More than the quota is too much when it is more than a period's: one may be under way.
 *
 * @see linux Documentation/scheduler/sched-bwc.rst
 */
export function cpuUse(given: Measurable): Measured | undefined {
  const { limit, value, samples } = given;
  const group = groups[limit.parameter];
  if (group === undefined) return undefined;
  const threads = samples.now.threads.filter(one => group.test(one.subject));
  const period = limit.parameter.replace('_quota', '_period');
  const periodUs = valueBeside(given, period) ?? DEFAULT_PERIOD_US;
  const pairs = threads.map(now => ({
    now,
    before: samples.before?.threads.find(one => one.subject === now.subject),
  }));
  const seconds = secondsBetween(samples);
  const periods = seconds === undefined ? undefined : (seconds * 1e6) / periodUs;
  const busiest = pairs
    .map(({ now, before }) => ({ now, usedUs: grown(now.usedUs, before?.usedUs) }))
    .reduce<{ now: ThreadCounters; usedUs: number | undefined } | undefined>(
      (most, one) => ((most?.usedUs ?? -1) < (one.usedUs ?? -1) || most === undefined ? one : most),
      undefined,
    );
  if (busiest === undefined) return undefined;
  const { now, usedUs } = busiest;
  const used = usedUs === undefined || periods === undefined ? undefined : usedUs / periods;
  const counters = summed(threads);
  const since = pairs.map(({ now: one, before }) => heldBack(one, before));
  const held = since.every(one => one !== undefined) ? since : threads.map(one => heldBack(one, none));
  const throttled = held.reduce((sum, one) => sum + (one?.throttled ?? 0), 0);
  return {
    knob: { layer: 'cgroup', subject: now.subject, knob: 'cpu.stat' },
    usage: {
      device: limit.device,
      parameter: limit.parameter,
      limit: value,
      unit: limit.unit,
      ...usedOf(used, value),
      throttled: {
        ratio: share(
          throttled,
          held.reduce((sum, one) => sum + (one?.periods ?? 0), 0),
        ),
        counters,
      },
      isBiting: held === since && throttled > 0,
      exceeds: usedUs !== undefined && periods !== undefined && usedUs > value * (periods + 1) * SLACK,
      evidence: now.evidence,
    },
  };
}

const none: Pick<ThreadCounters, 'counters'> = { counters: { nr_periods: 0, nr_throttled: 0 } };

/** In how many periods threads were held back since a sample. */
function heldBack({ counters }: ThreadCounters, before: Pick<ThreadCounters, 'counters'> | undefined) {
  const periods = grown(counters.nr_periods, before?.counters.nr_periods);
  const throttled = grown(counters.nr_throttled, before?.counters.nr_throttled);
  return periods === undefined || throttled === undefined ? undefined : { periods, throttled };
}

function summed(threads: readonly ThreadCounters[]): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const { counters } of threads) {
    for (const [name, value] of Object.entries(counters)) sums[name] = (sums[name] ?? 0) + value;
  }
  return sums;
}
