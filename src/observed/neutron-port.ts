import { type OvsRow, type OvsState, ovsMap, ovsNumber, ovsReference, ovsRow } from './ovs.ts';
import { attachedQos, markOf } from './ovs-owner.ts';
import { portRecord } from './ovs-port-record.ts';
import { ovsRowMaker } from './ovs-row-maker.ts';

/** A port that Neutron's agent for Open vSwitch looks after, and how that is known. */
export interface NeutronPort {
  /** Neutron's UUID of it, as whoever plugged it says. */
  readonly portId?: string;
  /** Rows and columns, in the words of the database. */
  readonly evidence: readonly string[];
  /** Whether the agent itself has left its traces; else only Nova has plugged a port of Neutron's. */
  readonly isSure: boolean;
}

/**
 * Whether Neutron's agent looks after a port. A port of OVN has no such agent. @param state with `external_ids`
 *
 * @see neutron neutron/plugins/ml2/drivers/openvswitch/agent/ovs_neutron_agent.py:port_bound (`net_uuid`),
 *   setup_integration_br (`fail_mode`, the controller on this host), setup_physical_bridges (`int-…`, `phy-…`);
 *   os-vif vif_plug_ovs/ovsdb/ovsdb_lib.py (`vm-uuid`)
 */
export function neutronPort(state: OvsState, dev: string): NeutronPort | undefined {
  const row = ovsRow(state.interfaces, 'name', dev);
  if (row === undefined) return undefined;
  const ids = ovsMap(row.external_ids);
  const portId = ids.get('iface-id');
  const own = ofPort(state, dev);
  const isOvns = ids.has('ovn-installed') || ids.has('ovn-installed-ts');
  if (own.length === 0 && (isOvns || typeof portId !== 'string')) return undefined;
  const traces = [...own, ...ofHost(state, dev)];
  const isPluggedByNova = ids.has('vm-uuid');
  if (traces.length === 0 && !isPluggedByNova) return undefined;
  return {
    ...(typeof portId === 'string' && { portId }),
    evidence: traces.length > 0 ? traces : [`Interface ${dev} external_ids:iface-id=${String(portId)}`],
    isSure: traces.length > 0,
  };
}

/** What the agent has left on the port itself. */
function ofPort(state: OvsState, dev: string): readonly string[] {
  const network = ovsMap(ovsRow(state.ports, 'name', dev)?.other_config).get('net_uuid');
  const qos = attachedQos(state, dev);
  return [
    ...(network === undefined ? [] : [`Port ${dev} other_config:net_uuid=${String(network)}`]),
    ...(qos !== undefined && isNeutrons(qos)
      ? [`QoS row ${ovsReference(qos._uuid)} external_ids:id=${String(ovsMap(qos.external_ids).get('id'))}`]
      : []),
  ];
}

/** What it has left on the port's bridge, and on other ports of the host. */
function ofHost(state: OvsState, dev: string): readonly string[] {
  const port = ovsReference(ovsRow(state.ports, 'name', dev)?._uuid);
  const bridge = state.bridges?.find(one => port !== undefined && references(one.ports).includes(port));
  const controller = bridge && controllerOf(state, bridge);
  const names = new Set(state.interfaces.map(one => String(one.name)));
  const patch = [...names].find(name => name.startsWith('int-') && names.has(`phy-${name.slice(4)}`));
  const other = state.qos.find(isNeutrons);
  return [
    ...(controller === undefined
      ? []
      : [`Bridge ${String(bridge?.name)} fail_mode=secure controller=${controller}`]),
    ...(patch === undefined ? [] : [`patch ports ${patch} and phy-${patch.slice(4)}`]),
    ...(other === undefined || attachedQos(state, dev) === other
      ? []
      : [`QoS row ${ovsReference(other._uuid)} of another port, made by the agent`]),
  ];
}

/** The controller on this host that alone may give a bridge its flows. */
function controllerOf({ controllers = [] }: OvsState, bridge: OvsRow): string | undefined {
  if (bridge.fail_mode !== 'secure') return undefined;
  const own = references(bridge.controller);
  const local = controllers.find(
    one =>
      own.includes(ovsReference(one._uuid)) &&
      /^(?:tcp|ssl):(?:127\.|localhost|\[::1\])/.test(String(one.target)),
  );
  return local && `${String(local.target)}${local.is_connected === true ? ' (connected)' : ''}`;
}

/** `["set",[["uuid","…"],…]]`, and a single one without its set. */
function references(value: unknown): readonly (string | undefined)[] {
  const isSet = Array.isArray(value) && value[0] === 'set' && Array.isArray(value[1]);
  return isSet ? (value[1] as readonly unknown[]).map(ovsReference) : [ovsReference(value)];
}

function isNeutrons(row: OvsRow): boolean {
  return row.type !== 'linux-noop' && ovsRowMaker(row).who === 'neutron';
}

/** A policy of Neutron's that is in force on a port: its numbers in the database's own words and units. */
export interface NeutronPolicy {
  /** What the port sends is policed to so many kbit/s. */
  readonly policedKbit?: number;
  /** What it receives is shaped to so many bit/s; 0: the row has no number. */
  readonly shapedBits?: number;
  /** Both, for people. */
  readonly text: string;
}

/**
 * The limits that Neutron's agent has put on a port. It leaves no mark with the policing columns: they are its own when
 * they are not ours, and the port is one that it looks after.
 *
 * @param definedKbit what libvirt's own definition would have in the columns, on a port that it knows; absent: nothing
 */
export function neutronPolicy(state: OvsState, dev: string, definedKbit?: number): NeutronPolicy | undefined {
  const row = ovsRow(state.interfaces, 'name', dev);
  const care = neutronPort(state, dev);
  if (row === undefined || care === undefined) return undefined;
  const qos = attachedQos(state, dev);
  const isShaped = qos !== undefined && isNeutrons(qos);
  const isOurs = (markOf(row, 'domain') !== undefined && !isShaped) || portRecord(row)?.policed === true;
  const kbit = number(row.ingress_policing_rate);
  const policed = kbit > 0 && !isOurs && kbit !== definedKbit ? { policedKbit: kbit } : {};
  const bits = isShaped ? maxRateOf(state, qos) : 0;
  const shaped = isShaped ? { shapedBits: bits } : {};
  if (!isShaped && policed.policedKbit === undefined) return undefined;
  const burst = number(row.ingress_policing_burst);
  const text = [
    ...(policed.policedKbit === undefined
      ? []
      : [`ingress_policing_rate=${kbit} kbit/s, ingress_policing_burst=${burst} kbit`]),
    ...(isShaped ? [`QoS row ${ovsReference(qos._uuid)} max-rate=${bits} bit/s`] : []),
  ].join('; ');
  return { ...policed, ...shaped, text };
}

/** The lesser of the row's and its queue's. */
function maxRateOf(state: OvsState, qos: OvsRow): number {
  const queue = ovsRow(state.queues, '_uuid', ovsReference(ovsMap(qos.queues).get(0)) ?? '');
  const rates = [qos, queue]
    .map(one => number(ovsNumber(ovsMap(one?.other_config).get('max-rate'))))
    .filter(rate => rate > 0);
  return rates.length === 0 ? 0 : Math.min(...rates);
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
