import { type OvsBridgesState, type OvsRow, ovsMap, ovsReference, ovsRow } from './ovs.ts';

/** A port of Open vSwitch as its database has it. */
export interface OvsPortFacts {
  readonly dev: string;
  readonly bridge: string;
  /** `dpdkvhostuser`, …; empty: a device of the kernel. */
  readonly type: string;
  /** Absent while Open vSwitch cannot open the device. */
  readonly ofport?: number;
  /** Absent while Open vSwitch cannot open the device, and for one without an MTU. */
  readonly mtuBytes?: number;
  /** VLAN of an access port. */
  readonly tag?: number;
  /** The machine's, as whoever plugged it says. */
  readonly mac?: string;
  /** Neutron's UUID of the port, as whoever plugged it says. */
  readonly portId?: string;
  /** Speed of its device in bit/s, as the device says. */
  readonly linkBits?: number;
}

/** By which a port is looked for: the name of its device, or Neutron's UUID. */
export type PortName = { readonly dev: string } | { readonly portId: string };

/** Finds a port; undefined: there is none by that name. */
export function findOvsPort(state: OvsBridgesState, name: PortName): OvsPortFacts | undefined {
  const row = state.interfaces.find(one =>
    'dev' in name ? one.name === name.dev : idsOf(one).get('iface-id') === name.portId,
  );
  if (row === undefined) return undefined;
  const dev = String(row.name);
  const port = ovsRow(state.ports, 'name', dev);
  const bridge = state.bridges.find(one => referencesOf(one.ports).includes(ovsReference(port?._uuid)));
  if (bridge === undefined) return undefined;
  const mac = idsOf(row).get('attached-mac');
  const portId = idsOf(row).get('iface-id');
  return {
    dev,
    bridge: String(bridge.name),
    type: typeof row.type === 'string' ? row.type : '',
    ...(typeof row.ofport === 'number' && row.ofport > 0 && { ofport: row.ofport }),
    ...(typeof row.mtu === 'number' && { mtuBytes: row.mtu }),
    ...(typeof port?.tag === 'number' && { tag: port.tag }),
    ...(typeof mac === 'string' && isMac(mac) && { mac: mac.toLowerCase() }),
    ...(typeof portId === 'string' && { portId }),
    ...(typeof row.link_speed === 'number' && row.link_speed > 0 && { linkBits: row.link_speed }),
  };
}

/** Whether tc knows the device of a port. */
export function hasKernelDevice({ type }: OvsPortFacts): boolean {
  return ['', 'system', 'internal', 'tap'].includes(type);
}

function idsOf(row: OvsRow): ReadonlyMap<unknown, unknown> {
  return ovsMap(row.external_ids);
}

/** `["set",[["uuid","…"],…]]`, and a single one without its set. */
function referencesOf(value: unknown): readonly (string | undefined)[] {
  const isSet = Array.isArray(value) && value[0] === 'set' && Array.isArray(value[1]);
  return isSet ? (value[1] as readonly unknown[]).map(ovsReference) : [ovsReference(value)];
}

function isMac(text: string): boolean {
  return /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(text);
}
