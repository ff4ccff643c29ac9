import { type OvsRow, type OvsState, ovsMap, ovsReference, ovsRow } from './ovs.ts';
import { attachedQos, markOf } from './ovs-owner.ts';
import { portMark, portRecord } from './ovs-port-record.ts';

/** A row that we have made for a port, and that no port has any more. */
export interface OrphanedRow {
  readonly table: 'QoS' | 'Queue';
  readonly uuid: string;
  /** The port that it was made for. */
  readonly dev: string;
  /** The domain that it was made for; absent: a policy of the port's own. */
  readonly domain?: string;
  readonly row: OvsRow;
}

/**
 * Rows of ours for ports, and queues of them, that nothing refers to: the port was made anew, or is gone. Those of a port
 * that still carries our mark on its Interface row are not left: the next apply to it sees to them. @param state with
 * `external_ids`
 */
export function orphanedRows(state: OvsState): readonly OrphanedRow[] {
  const attached = new Set(state.ports.map(port => ovsReference(port.qos)));
  const qos = state.qos.filter(row => !attached.has(ovsReference(row._uuid)));
  const left = qos.flatMap(row => orphanOf(state, 'QoS', row));
  const gone = new Set(left.map(one => one.row));
  const inUse = new Set(
    state.qos
      .filter(row => !gone.has(row))
      .flatMap(row => [...ovsMap(row.queues).values()].map(ovsReference)),
  );
  const queues = state.queues.filter(row => !inUse.has(ovsReference(row._uuid)));
  return [...left, ...queues.flatMap(row => orphanOf(state, 'Queue', row))];
}

function orphanOf(state: OvsState, table: OrphanedRow['table'], row: OvsRow): readonly OrphanedRow[] {
  const ids = ovsMap(row.external_ids);
  const domain = markOf(row, 'domain');
  const dev = domain === undefined ? ids.get(portMark.port) : markOf(row, 'port');
  const uuid = ovsReference(row._uuid);
  if (typeof dev !== 'string' || uuid === undefined || isStillOurs(state, dev, domain)) return [];
  return [{ table, uuid, dev, ...(domain !== undefined && { domain }), row }];
}

/** Whether the port itself says that we have limited it, for the same. */
function isStillOurs(state: OvsState, dev: string, domain: string | undefined): boolean {
  const iface = ovsRow(state.interfaces, 'name', dev);
  if (iface === undefined) return false;
  if (domain === undefined) return portRecord(iface) !== undefined;
  const qos = attachedQos(state, dev);
  const isAttached = qos !== undefined && markOf(qos, 'domain') === domain;
  return markOf(iface, 'domain') === domain && !isAttached;
}
