import type { Diagnostic } from '../diagnostics.ts';
import type { Direction, PortQos } from '../intent/port-qos.ts';
import { kilobitsToBits } from '../units.ts';
import {
  type BackendHoldings,
  type HeldValue,
  type Holding,
  held,
  notEnforced,
  nothingHeld,
  together,
} from './holding.ts';
import { placementOnly } from './placement-only.ts';
import type { PortBinding } from './port-binding.ts';

const priority = 2002;
const sides = {
  egress: { direction: 'from-lport', port: 'inport' },
  ingress: { direction: 'to-lport', port: 'outport' },
} as const;

/**
 * What OVN's northbound database must hold for a port: QoS rows of its switch, which become meters, and options of its
 * switch port, which become a queue on the uplink. The latter carry the egress limit instead, when the network is flat or
 * VLAN and something is guaranteed (since release 27).
 *
 * @see neutron neutron/plugins/ml2/drivers/ovn/mech_driver/ovsdb/extensions/qos.py
 */
export function ovnHoldings(qos: PortQos, port: PortBinding): BackendHoldings {
  const guaranteed = qos.minimumBandwidthKbps.egress;
  const queued = port.physical === true && guaranteed !== undefined;
  const rates = Object.keys(qos.packetRateLimit).map(way => `packet_rate_limit ${way}`);
  const tunnelled = guaranteed !== undefined && !queued ? ['minimum_bandwidth egress'] : [];
  return together([
    queued ? portOptions(qos, guaranteed, port) : nothingHeld,
    qosRow('egress', qos, port, queued),
    qosRow('ingress', qos, port, false),
    {
      ...nothingHeld,
      diagnostics: [
        ...rates.map(path => notEnforced(path, 'OVN', 'unsupported')),
        ...tunnelled.map(path => notEnforced(path, 'OVN', 'physical-only')),
        ...placementOnly(qos, 'OVN'),
      ],
    },
  ]);
}

function portOptions(qos: PortQos, minKbps: number, { id }: PortBinding): BackendHoldings {
  const limit = qos.bandwidthLimit.egress;
  const burst = limit?.maxBurstKbit;
  const values = {
    qos_min_rate: held(kilobitsToBits(minKbps), 'bit/s'),
    ...(limit !== undefined && { qos_max_rate: held(kilobitsToBits(limit.maxKbps), 'bit/s') }),
    ...(burst !== undefined && { qos_burst: held(kilobitsToBits(burst), 'bit') }),
  };
  const because =
    limit === undefined ? 'minimum_bandwidth egress' : 'minimum_bandwidth, bandwidth_limit egress';
  const settings = Object.entries(values).map(([key, { value }]) => `options:${key}=${value}`);
  return {
    holdings: [{ layer: 'ovn-nb', subject: `Logical_Switch_Port ${id}`, knob: 'options', values, because }],
    commands: [['ovn-nbctl', 'set', 'Logical_Switch_Port', id, ...settings]],
    diagnostics: [],
  };
}

function qosRow(way: Direction, qos: PortQos, port: PortBinding, queued: boolean): BackendHoldings {
  const limit = queued ? undefined : qos.bandwidthLimit[way];
  const mark = way === 'egress' ? qos.dscpMark : undefined;
  if (limit === undefined && mark === undefined) return nothingHeld;
  const asked = [limit && `bandwidth_limit ${way}`, mark !== undefined && 'dscp_marking'];
  const because = asked.filter(one => typeof one === 'string').join(', ');
  const network = port.networkId === undefined ? 'neutron-NETWORK' : `neutron-${port.networkId}`;
  const match = `${sides[way].port} == "${port.id}"`;
  const values: Record<string, HeldValue> = {
    direction: held(sides[way].direction),
    priority: held(priority),
    match: held(match),
    ...(limit !== undefined && { 'bandwidth:rate': held(limit.maxKbps, 'kbit/s') }),
    ...(limit?.maxBurstKbit !== undefined && { 'bandwidth:burst': held(limit.maxBurstKbit, 'kbit') }),
    ...(mark !== undefined && { 'action:dscp': held(mark) }),
    'external_ids:neutron:port_id': held(port.id),
  };
  const rate = limit === undefined ? [] : [`rate=${limit.maxKbps}`];
  const burst = limit?.maxBurstKbit === undefined ? [] : [`burst=${limit.maxBurstKbit}`];
  const dscp = mark === undefined ? [] : [`dscp=${mark}`];
  const row: Holding = {
    layer: 'ovn-nb',
    subject: `QoS of ${network}`,
    knob: sides[way].direction,
    values,
    because,
  };
  const add = ['ovn-nbctl', 'qos-add', network, sides[way].direction, String(priority), match];
  const commands = port.networkId === undefined ? [] : [[...add, ...rate, ...burst, ...dscp]];
  const args = { needs: 'the UUID of the network (--network)' };
  const path = `${because} command`;
  const unnamed: Diagnostic = { code: 'needs-port-fact', severity: 'warning', path, args };
  return { holdings: [row], commands, diagnostics: port.networkId === undefined ? [unnamed] : [] };
}
