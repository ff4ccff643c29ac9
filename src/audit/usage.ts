import type { DeviceRef, Parameter } from '../domain/tuning.ts';
import type { Evidence } from '../verify/reading.ts';

/** What one limit lets through, by the counters of who enforces it. */
export interface Usage {
  readonly device: DeviceRef;
  readonly parameter: Parameter;
  /** As libvirt counts. */
  readonly limit: number;
  /** Of the limit and of what is used. */
  readonly unit: string;
  /** Per second (for a quota: per period), over the time between two samples; absent: there was only one. */
  readonly used?: number;
  /** `used` by `limit`. */
  readonly ratio?: number;
  /** What was held back; absent: the enforcer does not count that. */
  readonly throttled?: {
    /** Share of periods or packets, 0–1: between two samples, else since the domain's start. */
    readonly ratio: number;
    /** Since the domain's start, by their own names. */
    readonly counters: Readonly<Record<string, number>>;
  };
  /** Whether the guest was held back between two samples. */
  readonly isBiting: boolean;
  /** Whether more went through than the limit allows, its burst included. */
  readonly exceeds: boolean;
  readonly evidence: Evidence;
}
