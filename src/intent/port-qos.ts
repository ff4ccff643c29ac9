import type { Diagnostic } from '../diagnostics.ts';
import { parsePasted } from './forms/pasted.ts';
import { policyOf } from './port-qos-forms.ts';
import { checkRules } from './port-qos-relations.ts';
import { type PortQosRule, readRule } from './port-qos-rule.ts';
import { parseStructured } from './structured-text.ts';

/** Which way packets go, as Neutron counts: seen from the virtual machine. */
export type Direction = 'egress' | 'ingress';

/** A bandwidth limit. */
export interface BandwidthLimit {
  /** kbit/s of 1000 bits, 1 – 2^31−1. */
  readonly maxKbps: number;
  /** kbit of 1000 bits (not a rate, whatever its name in the API says). Absent: 0 or not given, the back end's default. */
  readonly maxBurstKbit?: number;
}

/** A packet rate limit. */
export interface PacketRateLimit {
  /** Thousand packets a second, 1 – 2^31−1. */
  readonly maxKpps: number;
  /** Thousand packets. Absent: no burst asked for. */
  readonly maxBurstKpps?: number;
}

/** The rules of one Neutron QoS policy: at most one of each type and direction. */
export interface PortQos {
  readonly id?: string;
  readonly name?: string;
  readonly bandwidthLimit: Readonly<Partial<Record<Direction, BandwidthLimit>>>;
  /** Code point for what the machine sends, one of Neutron's. */
  readonly dscpMark?: number;
  /** Guaranteed rate in kbit/s of 1000 bits. */
  readonly minimumBandwidthKbps: Readonly<Partial<Record<Direction, number>>>;
  readonly packetRateLimit: Readonly<Partial<Record<Direction, PacketRateLimit>>>;
  /** Guaranteed thousand packets a second; `any` counts both directions together. */
  readonly minimumPacketRateKpps: Readonly<Partial<Record<Direction | 'any', number>>>;
}

/** A policy and what is to be said about it; with an error among the findings it must not be used. */
export interface PortQosResult {
  readonly qos: PortQos;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads a Neutron QoS policy in the forms in which it is met: the API's answers (`{"policy": …}`,
 * `{"bandwidth_limit_rules": […]}`, one rule) and what `openstack network qos policy show`, `rule list` and `rule show`
 * print (table, JSON, YAML, shell), and command lines that make it. Everything that Neutron's API refuses is an error, and some more.
 *
 * @see neutron-lib neutron_lib/api/definitions/qos.py
 * @throws QuotaError `invalid-input` when it is no policy at all
 */
export function parsePortQos(text: string, subject = 'QoS policy'): PortQosResult {
  const found: Diagnostic[] = [];
  const policy = policyOf(parseStructured(text, subject, { reader: parsePasted, found }), subject);
  const read = policy.rules.map(readRule);
  const rules = read.flatMap(({ rule }) => (rule === undefined ? [] : [rule]));
  return {
    qos: { ...policy.identity, ...gather(rules) },
    diagnostics: [...found, ...read.flatMap(one => one.diagnostics), ...checkRules(rules)],
  };
}

function gather(rules: readonly PortQosRule[]): Omit<PortQos, 'id' | 'name'> {
  const mark = rules.find(rule => rule.type === 'dscp_marking')?.value;
  return {
    bandwidthLimit: byDirection(rules, 'bandwidth_limit', ({ value, burst }) => ({
      maxKbps: value,
      ...(burst > 0 && { maxBurstKbit: burst }),
    })),
    ...(mark !== undefined && { dscpMark: mark }),
    minimumBandwidthKbps: byDirection(rules, 'minimum_bandwidth', rule => rule.value),
    packetRateLimit: byDirection(rules, 'packet_rate_limit', ({ value, burst }) => ({
      maxKpps: value,
      ...(burst > 0 && { maxBurstKpps: burst }),
    })),
    minimumPacketRateKpps: byDirection(rules, 'minimum_packet_rate', rule => rule.value),
  };
}

function byDirection<T>(
  rules: readonly PortQosRule[],
  type: PortQosRule['type'],
  limit: (rule: PortQosRule) => T,
): Readonly<Partial<Record<Direction | 'any', T>>> {
  return Object.fromEntries(
    rules.filter(rule => rule.type === type).map(rule => [rule.direction, limit(rule)]),
  );
}
