import type { Diagnostic, QosDiagnosticCode } from '../diagnostics.ts';

/** The texts of findings about port QoS, markings and host profiles. */
export const qosTexts: Readonly<Record<QosDiagnosticCode, (diagnostic: Diagnostic) => string>> = {
  'wrong-type': found => `is of type ${arg(found, 'type')}, must be ${arg(found, 'must')}`,
  'unknown-choice': found => `is '${found.value ?? ''}', must be one of: ${arg(found, 'allowed')}`,
  'missing-key': found => `has no ${arg(found, 'needs')}`,
  'unknown-field': () => 'is unknown: nothing reads it',
  'zero-rate': found => `is 0: ${zeroRates[arg(found, 'type')] ?? 'nothing could pass'}`,
  'duplicate-rule': found => `asks for the same as ${arg(found, 'other')}: only one of them can count`,
  'min-above-max': found =>
    `is ${found.value ?? '?'}, above the ${arg(found, 'max')}${unit(found)} of ${arg(found, 'other')}`,
  'burst-below-mtu': found =>
    `is ${found.value ?? '?'}, must be at least ${arg(found, 'min')}${unit(found)}: with less, no packet of 1500 bytes passes`,
  'burst-outlasts-clock': found =>
    `is a burst of ${found.value ?? '?'}${unit(found)}, and tc's clock holds ${arg(found, 'max')}${unit(found)} at this rate: the kernel limits to something else`,
  'not-on-backend': found =>
    `is not enforced by ${arg(found, 'backend')}: ${reasons[arg(found, 'reason')] ?? arg(found, 'reason')}`,
  'needs-port-fact': found =>
    `${found.severity === 'error' ? 'needs' : 'is left out: it needs'} ${arg(found, 'needs')}`,
  'not-an-address': found => `is '${found.value ?? ''}', ${addresses[arg(found, 'reason')] ?? 'no prefix'}`,
  'ecn-bits': found =>
    `is ${found.value ?? '?'}: its last two bits are ECN's, which belong to the network; the code point alone is ${arg(found, 'dscp')}`,
  'not-expressible': found =>
    `cannot be told to ${arg(found, 'target')}: there, more is marked than what was asked for`,
  'not-a-rate': found =>
    `is '${found.value ?? ''}', must be a rate as 500mbit, 1.5gbit or 10% (kbit, mbit, gbit; above 0, at most 1000gbit)`,
  'priority-share': found =>
    `are ${arg(found, 'share')} % of the link, must not be above ${arg(found, 'max')} %: what goes first starves the rest`,
  'no-default-class': () => 'has no default class: packets that no class takes would go unlimited',
  'unreachable-class': found =>
    `is never reached: '${found.value ?? ''}' has neither dscp nor ports, and is not the default`,
  'foreign-qdisc': found =>
    `has a qdisc of somebody else, ${found.value ?? '?'}: ${fates[arg(found, 'fate')] ?? arg(found, 'fate')}`,
  'foreign-filter': found =>
    `has a '${found.value ?? ''}' filter of somebody else at preference ${arg(found, 'pref')}, where ours has to be`,
  'tree-built-anew': found =>
    `is built anew, since its default class moves from ${arg(found, 'from')} to ${arg(found, 'to')}: for a moment nothing is shaped`,
  'limited-by-other': found =>
    `is on ${arg(found, 'dev')} already, by ${arg(found, 'holder')}; nothing is written over it unless --take-over is given`,
  'taken-over': found => `on ${arg(found, 'dev')} is taken over from ${arg(found, 'holder')}`,
  'uplink-of-other': found =>
    `needs a queue on ${arg(found, 'dev')}, whose QoS row is of ${arg(found, 'holder')}; what it does for others there would be lost, so it is not taken over`,
  'queued-by-other': found =>
    `would be nothing: a flow of somebody else on ${arg(found, 'bridge')} puts the packets into its own queue, ${arg(found, 'flow')}`,
  rounded: found => `is ${found.value ?? '?'}, held as ${arg(found, 'becomes')}${unit(found)}`,
};

const zeroRates: Readonly<Record<string, string>> = {
  bandwidth_limit:
    'Open vSwitch takes that as no limit and the Linux bridge agent fails on it; leave the rule out, or ask for 1 or more',
  packet_rate_limit: 'a meter of 0 lets nothing pass; leave the rule out, or ask for 1 or more',
  minimum_bandwidth: 'it guarantees nothing',
  minimum_packet_rate: 'it guarantees nothing',
};

const addresses: Readonly<Record<string, string>> = {
  syntax: 'must be an address or prefix as 198.51.100.0/24 or 2001:db8::/32',
  'host-bits': 'has bits set behind its prefix',
};

const fates: Readonly<Record<string, string>> = {
  refused: '--replace takes it away, and remove brings it back',
  'is replaced': 'it is replaced; remove brings it back',
  'cannot be made anew': 'it could not be brought back, so take it away by hand first',
  stays: 'there is no profile here to be removed, and it stays',
  'is lost for good': 'Open vSwitch would take it away, and nobody could bring it back',
  'no ingress beside it': 'there cannot be an ingress qdisc beside it',
};

const reasons: Readonly<Record<string, string>> = {
  'placement-only': 'it only counts when a host is chosen',
  unsupported: 'its driver has no such rule',
  'egress-only': 'its driver knows only what the machine sends',
  'physical-only': 'it works on flat and VLAN networks only',
  'burst-ignored': 'it has no burst',
  'shared-uplink': 'its queue stands on an uplink, and nothing tells which one: --uplink DEV does',
  'network-owned': 'it takes no policy for ports of the network itself',
  'burst-zero': 'it takes a missing burst as 0 and then drops everything',
};

function arg(found: Diagnostic, name: string): string {
  return String(found.args?.[name] ?? '?');
}

function unit(found: Diagnostic): string {
  const name = found.args?.unit;
  return name === undefined || name === '' ? '' : ` ${name}`;
}
