import { type OvsRow, type OvsState, ovsMap, ovsReference } from './ovs.ts';
import { attachedQos } from './ovs-owner.ts';

/** The QoS rows that have to do with a port. */
export interface OvsPortRows {
  /** UUID of the one that the port has. */
  readonly attached?: string;
  /** UUIDs of those that libvirt has made for this port of this domain, and would change. */
  readonly libvirts: readonly string[];
}

/**
 * What QoS rows there are for a port, by what libvirt finds its own with. @param state with `external_ids`
 * @see libvirt src/util/virnetdevopenvswitch.c:virNetDevOpenvswitchFindUUID
 */
export function ovsPortRows(state: OvsState, dev: string, domainUuid: string): OvsPortRows {
  const attached = ovsReference(attachedQos(state, dev)?._uuid);
  const isLibvirts = ({ external_ids: ids }: OvsRow) =>
    ovsMap(ids).get('vm-id') === domainUuid && ovsMap(ids).get('ifname') === dev;
  const libvirts = state.qos.filter(isLibvirts).flatMap(row => ovsReference(row._uuid) ?? []);
  return { ...(attached !== undefined && { attached }), libvirts };
}

/** Those of them that an earlier life of the port has left: libvirt changes them, and the port has another or none. */
export function leakedRows({ attached, libvirts }: OvsPortRows): readonly string[] {
  return libvirts.filter(uuid => uuid !== attached);
}
