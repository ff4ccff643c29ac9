import { onceFor } from './once-for.ts';
import { type OvsRow, type OvsState, ovsMap, ovsReference, ovsRow } from './ovs.ts';

/** Keys that virt-quota puts into `external_ids` of what it writes. */
export const ovsMark = {
  /** On QoS, Queue and Interface rows: the UUID of the domain that is limited. */
  domain: 'virt-quota',
  /** On QoS and Queue rows: the port that they are for. */
  port: 'virt-quota-port',
  /** On a QoS row: the UUID of the `linux-noop` row that it replaces, to be put back. */
  insteadOf: 'virt-quota-instead-of',
} as const;

/** Whose the limits of a port are. */
export interface OvsHolder {
  /** UUID of the domain that virt-quota has limited here; absent: nothing on this port is ours. */
  readonly owner?: string;
  /** Whether a QoS row of ours is attached. */
  readonly inbound: boolean;
  /** Whether the policing columns are ours, and police. */
  readonly outbound: boolean;
  /** What somebody else has put here, by table, UUID and value. */
  readonly foreign: readonly string[];
}

/** Whether the state was read with `external_ids`. */
export function tellsOwners({ interfaces: [first] }: OvsState): boolean {
  return first === undefined || first.external_ids !== undefined;
}

/** Who holds the limits of each port of Open vSwitch, by its name. @param state with `external_ids` */
export const ovsHolders: (state: OvsState) => ReadonlyMap<string, OvsHolder> = onceFor(
  (state: OvsState) => new Map(state.interfaces.map(row => [String(row.name), holderOf(state, row)])),
);

function holderOf(state: OvsState, row: OvsRow): OvsHolder {
  const qos = attachedQos(state, String(row.name));
  const policed = typeof row.ingress_policing_rate === 'number' && row.ingress_policing_rate > 0;
  const owner = (qos && markOf(qos, 'domain')) ?? markOf(row, 'domain');
  const isForeignQos = qos !== undefined && qos.type !== 'linux-noop' && markOf(qos, 'domain') === undefined;
  const isForeignPolicing = policed && markOf(row, 'domain') === undefined;
  return {
    ...(owner !== undefined && { owner }),
    inbound: qos !== undefined && markOf(qos, 'domain') !== undefined,
    outbound: policed && !isForeignPolicing,
    foreign: [
      ...(isForeignQos ? [`QoS row ${ovsReference(qos._uuid)} of type ${String(qos.type)}`] : []),
      ...(isForeignPolicing ? [`ingress_policing_rate=${String(row.ingress_policing_rate)}`] : []),
    ],
  };
}

/** The QoS row that a port has. */
export function attachedQos({ ports, qos }: OvsState, dev: string): OvsRow | undefined {
  const uuid = ovsReference(ovsRow(ports, 'name', dev)?.qos);
  return uuid === undefined ? undefined : ovsRow(qos, '_uuid', uuid);
}

/** What we have written into a row's `external_ids`; undefined where we have not. */
export function markOf(row: OvsRow, mark: keyof typeof ovsMark): string | undefined {
  const value = ovsMap(row.external_ids).get(ovsMark[mark]);
  return typeof value === 'string' ? value : undefined;
}
