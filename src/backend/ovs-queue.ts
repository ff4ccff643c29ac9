import type { Diagnostic } from '../diagnostics.ts';
import type { BandwidthLimit } from '../intent/port-qos.ts';
import { bitsToBytes, kilobitsToBits, kilobitsToBytes } from '../units.ts';
import { smallBurstFindings } from './default-burst.ts';
import { type BackendHoldings, type Holding, held } from './holding.ts';
import { queueFlow } from './ovs-flows.ts';
import { type OvsQueue, ovsQueueClass } from './ovs-htb.ts';
import type { PortBinding } from './port-binding.ts';
import { burstFindings } from './tc-burst.ts';

/** What Neutron gives a port's own class: as good as unlimited, bit/s. @see neutron neutron/agent/common/ovs_lib.py:OVS_MAX_RATE */
export const ovsMaxRate = 2 ** 35 - 1;

const because = 'bandwidth_limit ingress';

/** What a machine receives leaves Open vSwitch through queue 0. @see neutron neutron/agent/common/ovs_lib.py:_update_ingress_bw_limit_for_port */
export function ingressQueue(limit: BandwidthLimit, { dev }: PortBinding): BackendHoldings {
  const { maxBits, burstBits } = queueConfig(limit);
  const queue: Holding = {
    layer: 'ovsdb',
    subject: `Queue 0 of port ${dev}`,
    knob: 'other_config',
    values: { 'max-rate': held(maxBits, 'bit/s'), burst: held(burstBits, 'bit') },
    because,
  };
  const classes = htbClasses(dev, 0, { maxBits, burstBits }, because);
  return {
    holdings: [qosRow(`Port ${dev}`, 0, because), queue, ...classes, queueFlow(because)],
    commands: [setQos(dev, 0, `max-rate=${maxBits}`, `burst=${burstBits}`)],
    diagnostics: queueFindings(limit),
  };
}

/** `other_config` of a port's queue 0, in bit/s and bits; 0 where no burst is given. */
export function queueConfig(limit: BandwidthLimit): Required<Pick<OvsQueue, 'maxBits' | 'burstBits'>> {
  return { maxBits: kilobitsToBits(limit.maxKbps), burstBits: kilobitsToBits(limit.maxBurstKbit ?? 0) };
}

/** What is to be said of the burst. */
export function queueFindings(limit: BandwidthLimit): readonly Diagnostic[] {
  const { rateBps, burstBytes } = ovsQueueClass(queueConfig(limit), bitsToBytes(ovsMaxRate));
  return burstFindings(because, rateBps, burstBytes);
}

/**
 * Open vSwitch with DPDK polices what it sends to a vhost-user port. Neutron gives it no default burst, and without one
 * DPDK makes no policer.
 *
 * @see neutron neutron/agent/common/ovs_lib.py:_update_ingress_bw_limit_for_dpdk_port
 */
export function dpdkPolicer(limit: BandwidthLimit, { dev }: PortBinding): BackendHoldings {
  const cir = kilobitsToBytes(limit.maxKbps);
  const cbs = kilobitsToBytes(limit.maxBurstKbit ?? 0);
  const values = { type: held('egress-policer'), cir: held(cir, 'B/s'), cbs: held(cbs, 'bytes') };
  const create = [
    '--id=@qos',
    'create',
    'QoS',
    'type=egress-policer',
    `other_config:cir=${cir}`,
    `other_config:cbs=${cbs}`,
  ];
  return {
    holdings: [{ layer: 'ovsdb', subject: `Port ${dev}`, knob: 'qos', values, because }],
    commands: [['ovs-vsctl', 'set', 'Port', dev, 'qos=@qos', '--', ...create]],
    diagnostics: smallBurstFindings(because, cbs),
  };
}

/** The QoS row of a port, with one queue. */
export function qosRow(subject: string, queue: number, asked: string): Holding {
  return {
    layer: 'ovsdb',
    subject,
    knob: 'qos',
    values: { type: held('linux-htb'), 'max-rate': held(ovsMaxRate, 'bit/s'), queue: held(queue) },
    because: asked,
  };
}

/** The classes that ovs-vswitchd makes of a QoS row and its queue: 1:fffe for the port, 1:(N+1) for queue N. */
export function htbClasses(dev: string, queue: number, config: OvsQueue, asked: string): readonly Holding[] {
  const portBps = bitsToBytes(ovsMaxRate);
  const { rateBps, ceilBps, burstBytes } = ovsQueueClass(config, portBps);
  const ofPort = { rate: held(portBps, 'B/s'), ceil: held(portBps, 'B/s') };
  const ofQueue = {
    rate: held(rateBps, 'B/s'),
    ceil: held(ceilBps, 'B/s'),
    burst: held(burstBytes, 'bytes'),
  };
  const classOf = (knob: string, values: Holding['values']): Holding => ({
    layer: 'tc',
    subject: dev,
    knob,
    values,
    because: asked,
  });
  return [
    classOf('class htb 1:fffe', ofPort),
    classOf(`class htb 1:${(queue + 1).toString(16)} parent 1:fffe`, ofQueue),
  ];
}

/** One transaction that makes a QoS row with one queue and gives it to a port. */
export function setQos(dev: string, queue: number, ...config: readonly string[]): readonly string[] {
  const qos = ['--id=@qos', 'create', 'QoS', 'type=linux-htb', `other_config:max-rate=${ovsMaxRate}`];
  const settings = config.map(one => `other_config:${one}`);
  return [
    ...['ovs-vsctl', 'set', 'Port', dev, 'qos=@qos', '--', ...qos, `queues:${queue}=@queue`],
    ...['--', '--id=@queue', 'create', 'Queue', ...settings],
  ];
}
