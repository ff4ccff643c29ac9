import { ovsShaping } from '../domain/ovs-port.ts';
import {
  bitsToBytes,
  kibibytesToBits,
  kibibytesToPolicingBurst,
  kilobytesToBits,
  kilobytesToPolicingRate,
  policingBurstToBytes,
  policingRateToBytes,
} from '../units.ts';
import { ovsClassLimits } from '../verify/expect-ovs-tc.ts';
import { roundingOf } from '../verify/tc-values.ts';
import { bounded, convert, last, start, throughTicks, unasked } from './arithmetic.ts';
import type { Stage } from './explanation.ts';
import type { KnobRule, RuleContext, ValueRule } from './knob-rule.ts';
import { networkLimits } from './network-limits.ts';
import { tcBurst, tcRate } from './tc-rules.ts';

const shaping = 'libvirt src/util/virnetdevopenvswitch.c:virNetDevOpenvswitchInterfaceSetTxQos';
const policing = 'libvirt src/util/virnetdevopenvswitch.c:virNetDevOpenvswitchInterfaceSetRxQos';
const classes = { source: 'openvswitch lib/netdev-linux.c:htb_setup_class__', look: 'tc class show dev DEV' };

/** What libvirt writes into Open vSwitch's database. */
export const ovsRules: Readonly<Record<string, KnobRule>> = {
  qos: portKnob('type'),
  'qos queues:0': portKnob('value'),
  ...Object.fromEntries(['qos', 'queue 0'].flatMap(rowRules)),
  ingress_policing_rate: {
    source: policing,
    look: 'ovs-vsctl get Interface DEV ingress_policing_rate',
    values: { value: { from: ['.average'], unit: 'kbit/s', arithmetic: policingRate } },
  },
  ingress_policing_burst: {
    source: policing,
    look: 'ovs-vsctl get Interface DEV ingress_policing_burst',
    values: { value: { from: ['.burst', '.average'], unit: 'kbit', arithmetic: policingBurst } },
  },
};

/** What Open vSwitch makes of it in the kernel. */
export const ovsTcRules: Readonly<Record<string, KnobRule>> = {
  'class htb 1:fffe': {
    ...classes,
    values: {
      rateBps: { ...tcRate, from: ['.peak', '.average'], arithmetic: portRate },
      ceilBps: { ...tcRate, from: ['.peak', '.average'], arithmetic: portRate },
    },
  },
  'class htb 1:1 parent 1:fffe': {
    ...classes,
    values: {
      rateBps: { ...tcRate, from: ['.average'], arithmetic: queueRate },
      ceilBps: { ...tcRate, from: ['.peak', '.average'], arithmetic: portRate },
      burstBytes: { ...tcBurst, from: ['.burst', '.average'], arithmetic: queueBurst },
    },
  },
  'police matchall': {
    source: 'openvswitch lib/netdev-linux.c:tc_policer_init',
    look: 'tc -d filter show dev DEV parent ffff:',
    values: {
      rateBps: { ...tcRate, from: ['.average'], arithmetic: policeRate },
      burstBytes: { ...tcBurst, from: ['.burst', '.average'], arithmetic: policeBurst },
    },
  },
};

function portKnob(name: string): KnobRule {
  const value: ValueRule = { from: ['.average'], unit: '' };
  return {
    source: shaping,
    look: 'ovs-vsctl list QoS $(ovs-vsctl get Port DEV qos)',
    values: { [name]: value },
  };
}

/** The same numbers stand in the row of the port and in that of its queue. */
function rowRules(row: string): readonly (readonly [string, KnobRule])[] {
  const of = row === 'qos' ? 'Port DEV qos' : 'QoS $(ovs-vsctl get Port DEV qos) queues:0';
  const look = `ovs-vsctl get ${row === 'qos' ? 'QoS' : 'Queue'} $(ovs-vsctl get ${of}) other_config`;
  const rule = (key: string, value: ValueRule) =>
    [`${row} other_config:${key}`, { source: shaping, look, values: { value } }] as const;
  return [
    rule('min-rate', {
      from: ['.average'],
      unit: 'bit/s',
      arithmetic: context => bits(networkLimits(context).average),
    }),
    rule('max-rate', {
      from: ['.peak', '.average'],
      unit: 'bit/s',
      arithmetic: context => bits(networkLimits(context).peak),
    }),
    rule('burst', { from: ['.burst', '.average'], unit: 'bit', arithmetic: burstBits }),
  ];
}

function bits(kilobytes: number): readonly Stage[] {
  return convert(start(kilobytes, 'kB/s'), kilobytesToBits, 'bit/s');
}

function burstBits(context: RuleContext): readonly Stage[] {
  const { burst } = networkLimits(context);
  return burst === undefined ? [] : convert(start(burst, 'KiB'), kibibytesToBits, 'bit');
}

function portRate(context: RuleContext): readonly Stage[] {
  const limits = networkLimits(context);
  return bounded(convert(bits(limits.peak), bitsToBytes, 'B/s'), ovsClassLimits(ovsShaping(limits)).portBps);
}

function queueRate(context: RuleContext): readonly Stage[] {
  const limits = networkLimits(context);
  return bounded(
    convert(bits(limits.average), bitsToBytes, 'B/s'),
    ovsClassLimits(ovsShaping(limits)).rateBps,
  );
}

function queueBurst(context: RuleContext): readonly Stage[] {
  const limits = networkLimits(context);
  const { rateBps, burstBytes } = ovsClassLimits(ovsShaping(limits));
  const asked = burstBits(context);
  const bytes =
    asked.length === 0 ? unasked(burstBytes, 'B') : bounded(convert(asked, bitsToBytes, 'B'), burstBytes);
  return throughTicks(bytes, { rateBps, writer: 'ovs', rounding: roundingOf(context.facts) });
}

function policingRate(context: RuleContext): readonly Stage[] {
  return convert(start(networkLimits(context).average, 'kB/s'), kilobytesToPolicingRate, 'kbit/s');
}

function policingBurst(context: RuleContext): readonly Stage[] {
  const { burst } = networkLimits(context);
  return burst === undefined
    ? unasked(0, 'kbit')
    : convert(start(burst, 'KiB'), kibibytesToPolicingBurst, 'kbit');
}

function policeRate(context: RuleContext): readonly Stage[] {
  return convert(policingRate(context), policingRateToBytes, 'B/s');
}

/** A column of 0 stands for Open vSwitch's own default. */
function policeBurst(context: RuleContext): readonly Stage[] {
  const kbit = policingBurst(context);
  const bytes =
    last(kbit) === 0 ? unasked(policingBurstToBytes(0), 'B') : convert(kbit, policingBurstToBytes, 'B');
  const rateBps = last(policeRate(context));
  return throughTicks(bytes, { rateBps, writer: 'ovs', rounding: roundingOf(context.facts) });
}
