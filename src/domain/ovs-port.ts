import {
  kibibytesToBits,
  kibibytesToPolicingBurst,
  kilobytesToBits,
  kilobytesToPolicingRate,
} from '../units.ts';
import type { Limits, Parameter } from './tuning.ts';

/** `other_config` of a `linux-htb` QoS row and of its queue 0, in bit/s and bits. */
export interface OvsShaping {
  readonly 'min-rate': number;
  readonly 'max-rate': number;
  readonly burst?: number;
}

/** An Interface row's policing columns, in kbit/s and kbit; a burst of 0 is Open vSwitch's own default. */
export interface OvsPolicing {
  readonly rate: number;
  readonly burst: number;
}

/** What Open vSwitch's database holds for a limited port. A direction that is left out is not limited. */
export interface OvsPortLimits {
  readonly inbound?: OvsShaping;
  readonly outbound?: OvsPolicing;
}

/**
 * A tap's limits (kB/s and KiB) as Open vSwitch's database has them. The numbers are libvirt's, except that an average
 * without a peak is its own peak: Open vSwitch would take the tap's link speed for it.
 *
 * @see libvirt src/util/virnetdevopenvswitch.c:virNetDevOpenvswitchInterfaceSetQos
 */
export function ovsPortLimits(limits: Limits): OvsPortLimits {
  const shaping = shapingOf(limits);
  const policing = policingOf(limits);
  return { ...(shaping && { inbound: shaping }), ...(policing && { outbound: policing }) };
}

function shapingOf(limits: Limits): OvsShaping | undefined {
  const average = positive(limits, 'inbound.average');
  if (average === undefined) return undefined;
  const peak = positive(limits, 'inbound.peak') ?? average;
  return ovsShaping({ average, peak, burst: positive(limits, 'inbound.burst') });
}

/** What a domain may receive: kB/s, kB/s, KiB. */
export interface OvsInbound {
  readonly average: number;
  readonly peak: number;
  readonly burst: number | undefined;
}

/** The same as the rows of a port have it. */
export function ovsShaping({ average, peak, burst }: OvsInbound): OvsShaping {
  return {
    'min-rate': kilobytesToBits(average),
    'max-rate': kilobytesToBits(peak),
    ...(burst !== undefined && { burst: kibibytesToBits(burst) }),
  };
}

function policingOf(limits: Limits): OvsPolicing | undefined {
  const average = positive(limits, 'outbound.average');
  if (average === undefined) return undefined;
  const burst = positive(limits, 'outbound.burst') ?? 0;
  return { rate: kilobytesToPolicingRate(average), burst: kibibytesToPolicingBurst(burst) };
}

function positive(limits: Limits, parameter: Parameter): number | undefined {
  return limits[parameter] || undefined;
}
