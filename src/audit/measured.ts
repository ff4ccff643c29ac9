import type { DomainDefinition } from '../domain/definition.ts';
import { deviceName } from '../domain/tuning.ts';
import type { Knob } from '../verify/expectation.ts';
import type { CounterSamples } from './counters.ts';
import type { LimitAudit } from './limit-audit.ts';
import type { Usage } from './usage.ts';

/** What is measured against its counters. */
export interface Measurable {
  readonly limit: LimitAudit;
  /** As libvirt counts. */
  readonly value: number;
  /** All limits of the domain. */
  readonly limits: readonly LimitAudit[];
  readonly live: DomainDefinition;
  readonly samples: CounterSamples;
}

/** The use of a limit, and who counted it. */
export interface Measured {
  readonly usage: Usage;
  readonly knob: Knob;
}

/** Clocks that differ, and the time that reading takes, as a part of what is measured. */
export const SLACK = 1.1;

/** Nearer than this to a limit is at it, where nobody counts what is held back. */
export const AT_LIMIT = 0.95;

/** Seconds between two samples; undefined: there is one, or time stood still. */
export function secondsBetween({ now, before }: CounterSamples): number | undefined {
  const seconds = before === undefined ? 0 : (now.atMs - before.atMs) / 1000;
  return seconds > 0 ? seconds : undefined;
}

/** How far a counter went on; undefined: it was not read twice, or began anew. */
export function grown(now: number | undefined, before: number | undefined): number | undefined {
  return now === undefined || before === undefined || now < before ? undefined : now - before;
}

/** A part of a whole, 0–1. */
export function share(part: number, whole: number): number {
  return whole > 0 ? Math.min(1, part / whole) : 0;
}

/** What is used, and its part of a limit. */
export function usedOf(used: number | undefined, limit: number): Pick<Usage, 'used' | 'ratio'> {
  return used === undefined ? {} : { used, ratio: used / limit };
}

/** Another limit of the same device. */
export function valueBeside({ limit, limits }: Measurable, parameter: string): number | undefined {
  const name = deviceName(limit.device);
  return limits.find(one => one.parameter === parameter && deviceName(one.device) === name)?.value;
}
