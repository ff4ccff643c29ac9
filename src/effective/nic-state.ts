import type { InterfaceDefinition } from '../domain/definition.ts';
import { interfaceEnforcer } from '../domain/enforcement.ts';
import type { OpenFlow, OpenFlowMeter } from '../observed/openflow.ts';
import { type OvsRow, type OvsState, ovsMap, ovsReference, ovsRow } from '../observed/ovs.ts';
import { attachedQos, markOf } from '../observed/ovs-owner.ts';
import { portMark } from '../observed/ovs-port-record.ts';
import { ovsRowMaker } from '../observed/ovs-row-maker.ts';
import { kilobytesToBits } from '../units.ts';
import type { TapLimits } from '../verify/host-facts.ts';
import type { Unseen } from './certainty.ts';
import type { Owner } from './claim.ts';

/** What is there of one interface. */
export interface NicState {
  readonly nic: InterfaceDefinition;
  readonly dev: string;
  /** Which direction goes out of the device, and so through its root qdisc; the other is policed. */
  readonly shaped: 'inbound' | 'outbound';
  /** Absent: it could not be seen. */
  readonly tc?: TapLimits;
  /** Open vSwitch's database with `external_ids`; absent: it could not be asked, or this is none of its ports. */
  readonly ovs?: OvsState;
  /** Absent: it is no port of Open vSwitch, or its bridge could not be asked. */
  readonly openflow?: PortFlows;
  /** What of its way could not be read; absent: everything was. */
  readonly unseen?: readonly Unseen[];
}

/** The flows and meters of a port's bridge. */
export interface PortFlows {
  readonly bridge: string;
  /** The port's number there. */
  readonly ofport: number;
  readonly flows: readonly OpenFlow[];
  readonly meters: readonly OpenFlowMeter[];
}

/** The QoS row that a port has, and whose it is. */
export interface AttachedQos {
  readonly type: string;
  readonly owner: Owner;
  /** Bits/s that queue 0 may have at most; absent: no limit. */
  readonly maxRate?: number;
}

/** The QoS row of the interface's port. */
export function qosOf({ ovs, dev, nic, shaped }: NicState): AttachedQos | undefined {
  const row = ovs && attachedQos(ovs, dev);
  if (ovs === undefined || row === undefined) return undefined;
  const queue = ovsRow(ovs.queues, '_uuid', ovsReference(ovsMap(row.queues).get(0)) ?? '');
  const rates = [row, queue].flatMap(one => {
    const rate = Number(ovsMap(one?.other_config).get('max-rate') ?? Number.NaN);
    return rate > 0 ? [rate] : [];
  });
  const type = String(row.type);
  const maxRate = rates.length === 0 ? {} : { maxRate: Math.min(...rates) };
  const average = nic.bandwidth[`${shaped}.average`] ?? 0;
  const defined = interfaceEnforcer(nic) === 'ovs' ? (nic.bandwidth['inbound.peak'] ?? average) : 0;
  const isDefined = defined > 0 && maxRate.maxRate === kilobytesToBits(defined);
  return { type, owner: ownerOfQos(row, type, isDefined), ...maxRate };
}

/** @see os-vif vif_plug_ovs/ovsdb/ovsdb_lib.py */
function ownerOfQos(row: OvsRow, type: string, isDefined: boolean): Owner {
  if (type === 'linux-noop') return 'os-vif';
  // Older captures do not have the column.
  if (row.external_ids === undefined) return isDefined ? 'libvirt' : 'unknown';
  return ovsRowMaker(row).who;
}

/** The policing columns of the interface's port, and whose they are. */
export function policingOf(state: NicState): { readonly kbit: number; readonly owner: Owner } | undefined {
  const { ovs, dev, nic } = state;
  const row = ovs && ovsRow(ovs.interfaces, 'name', dev);
  const kbit = Number(row?.ingress_policing_rate ?? 0);
  if (row === undefined || !(kbit > 0)) return undefined;
  const ids = ovsMap(row.external_ids);
  if (markOf(row, 'domain') !== undefined || ids.has(portMark.port)) return { kbit, owner: 'virt-quota' };
  const average = nic.bandwidth['outbound.average'];
  if (interfaceEnforcer(nic) === 'ovs' && average !== undefined && kbit === average * 8) {
    return { kbit, owner: 'libvirt' };
  }
  // Neutron's agent leaves no mark on what it sets here, only on the port itself.
  return { kbit, owner: ids.has('iface-id') ? 'neutron' : 'unknown' };
}
