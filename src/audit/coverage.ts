import type { DomainDefinition } from '../domain/definition.ts';
import { deviceLimits, devicesIn } from '../domain/device-limits.ts';
import { type DeviceRef, type DomainTuning, deviceName, type Limits } from '../domain/tuning.ts';
import { isUnlimited } from '../verify/unlimited.ts';
import type { Outcome } from '../verify/verdict.ts';
import type { LimitAudit } from './limit-audit.ts';

/** Limits by how they stand now, and how many of them do not outlast it. */
export interface LimitCounts {
  /** Limits that are asked for or defined, and have a link that can be looked at. */
  readonly limits: number;
  /** Those that are in force now: they hold at every link that counts. Of a domain that does not run: that its definition has. */
  readonly proved: number;
  readonly failing: number;
  readonly inconclusive: number;
  /** Of which nothing ever comes (the outbound peak of a tap), or no guest runs that could hold them. */
  readonly notApplicable: number;
  /** Those of `proved` that the persistent definition has not so: lost at the next start. Absent: an older report. */
  readonly lostAtRestart?: number;
}

/** How much of what is asked is proved. */
export interface Coverage extends LimitCounts {
  readonly devices: DeviceCoverage;
}

/** Devices of the definition in force (the persistent one when the domain does not run). */
export interface DeviceCoverage {
  /** How many have a limit there. */
  readonly limited: number;
  /** Those for which limits are asked and that have none there. */
  readonly unlimitedThoughAsked: readonly DeviceRef[];
  /** Those that have limits there and for which none are asked; nobody when nobody says what is asked. */
  readonly limitedThoughUnasked: readonly DeviceRef[];
}

/** What coverage is counted from. */
export interface CoverageInput {
  readonly limits: readonly LimitAudit[];
  /** The definition in force. */
  readonly definition?: DomainDefinition;
  /** What is asked of it; absent: nobody says what is asked. */
  readonly asked?: DomainTuning;
}

/** Counts limits by how they came out, and devices by whether they have what is asked. */
export function coverageOf({ limits, definition, asked }: CoverageInput): Coverage {
  return { ...countLimits(limits), devices: devicesOf(definition, asked) };
}

/** Counts limits by how they came out. */
export function countLimits(limits: readonly LimitAudit[]): LimitCounts {
  const count = (outcome: Outcome) => limits.filter(limit => limit.outcome === outcome).length;
  return {
    limits: limits.length - count('not-applicable'),
    proved: count('pass'),
    failing: count('fail'),
    inconclusive: count('inconclusive'),
    notApplicable: count('not-applicable'),
    lostAtRestart: limits.filter(isLostAtRestart).length,
  };
}

/** Whether a limit is in force now and not after the next start. */
export function isLostAtRestart({ outcome, nextStart }: LimitAudit): boolean {
  return outcome === 'pass' && nextStart === 'fail';
}

function devicesOf(
  definition: DomainDefinition | undefined,
  asked: DomainTuning | undefined,
): DeviceCoverage {
  const defined = definition === undefined ? [] : devicesIn(definition);
  const isLimited = (device: DeviceRef) =>
    definition !== undefined && limitsSomething(deviceLimits(definition, device) ?? {});
  const wanted = (asked ?? []).filter(one => limitsSomething(one.limits)).map(one => one.device);
  const names = new Set(wanted.map(deviceName));
  return {
    limited: defined.filter(isLimited).length,
    unlimitedThoughAsked: wanted.filter(device => !isLimited(device)),
    limitedThoughUnasked:
      asked === undefined ? [] : defined.filter(one => isLimited(one) && !names.has(deviceName(one))),
  };
}

function limitsSomething(limits: Limits): boolean {
  return Object.entries(limits).some(
    ([name, value]) => typeof value === 'number' && !isUnlimited(name as keyof Limits, value),
  );
}
