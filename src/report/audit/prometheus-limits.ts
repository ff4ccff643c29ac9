import { isLostAtRestart } from '../../audit/coverage.ts';
import type { LimitAudit } from '../../audit/limit-audit.ts';
import type { Usage } from '../../audit/usage.ts';
import { deviceName } from '../../domain/tuning.ts';
import { kibibytesToBytes, kilobytesToBytes, microsecondsToSeconds } from '../../units.ts';
import type { Family } from './prometheus.ts';

/** A unit of libvirt's as Prometheus wants it: the base unit, and the number in it. */
interface BaseUnit {
  readonly unit: string;
  readonly help: string;
  readonly toBase: (value: number) => number;
}

const same = (value: number) => value;
const seconds: BaseUnit = { unit: 'seconds', help: 'A limit of time.', toBase: microsecondsToSeconds };
const rate = { unit: 'bytes_per_second', help: 'A limit of a rate, in bytes per second.' } as const;
const bytes = { unit: 'bytes', help: 'A limit of an amount, in bytes.' } as const;

const baseUnits: Readonly<Record<string, BaseUnit>> = {
  'kB/s': { ...rate, toBase: kilobytesToBytes },
  'bytes/s': { ...rate, toBase: same },
  KiB: { ...bytes, toBase: kibibytesToBytes },
  bytes: { ...bytes, toBase: same },
  'operations/s': {
    unit: 'operations_per_second',
    help: 'A limit of a rate, in operations per second.',
    toBase: same,
  },
  µs: seconds,
  'µs per period': seconds,
  s: { ...seconds, toBase: same },
  '': { unit: 'weight', help: 'A share against others, without a unit.', toBase: same },
};

const labelsOf = ({ device, parameter }: Pick<LimitAudit, 'device' | 'parameter'>) => ({
  device: deviceName(device),
  limit: parameter,
});

/** Series of single limits: what each is, whether it is proved, and how much of it is used where that is known. */
export const limitFamilies: readonly Family[] = [
  {
    name: 'virt_quota_limit_proved',
    help: 'Whether a limit is proved to be in force now: 1, or 0.',
    samplesOf: ({ limits }) =>
      limits
        .filter(one => one.outcome !== 'not-applicable')
        .map(one => ({ labels: labelsOf(one), value: one.outcome === 'pass' ? 1 : 0 })),
  },
  {
    name: 'virt_quota_limit_lost_at_restart',
    help: 'Whether a limit is in force now and lost at the next start: 1, or 0.',
    samplesOf: ({ limits }) =>
      limits
        .filter(one => one.outcome !== 'not-applicable')
        .map(one => ({ labels: labelsOf(one), value: isLostAtRestart(one) ? 1 : 0 })),
  },
  ...[...new Set(Object.values(baseUnits).map(one => one.unit))].map(valueFamily),
  usageFamily('usage_ratio', 'How much of a limit was used, 1 is all of it.', one => one.ratio),
  usageFamily('throttled_ratio', 'Share of periods or packets held back.', one => one.throttled?.ratio),
];

function valueFamily(unit: string): Family {
  const help = Object.values(baseUnits).find(one => one.unit === unit)?.help ?? '';
  return {
    name: `virt_quota_limit_${unit}`,
    help,
    samplesOf: ({ limits }) =>
      limits.flatMap(limit => {
        const base = baseUnits[limit.unit];
        // A negative one is no limit: only a definition says so.
        if (base?.unit !== unit || limit.value === undefined || limit.value < 0) return [];
        return [{ labels: labelsOf(limit), value: base.toBase(limit.value) }];
      }),
  };
}

function usageFamily(name: string, help: string, numberOf: (usage: Usage) => number | undefined): Family {
  return {
    name: `virt_quota_limit_${name}`,
    help,
    samplesOf: ({ usage }) =>
      usage.flatMap(one => {
        const value = numberOf(one);
        return value === undefined ? [] : [{ labels: labelsOf(one), value }];
      }),
  };
}
