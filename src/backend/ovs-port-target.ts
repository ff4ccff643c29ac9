import type { Diagnostic } from '../diagnostics.ts';
import type { Direction, PortQos } from '../intent/port-qos.ts';
import { kilobitsToBits } from '../units.ts';
import { notEnforced } from './holding.ts';
import type { OvsQueue } from './ovs-htb.ts';
import { bandwidthMeterOf, type OvsMeter, packetMeterOf } from './ovs-meters.ts';
import { policingColumns, policingFindings } from './ovs-policing.ts';
import { queueConfig, queueFindings } from './ovs-queue.ts';
import { placementOnly } from './placement-only.ts';

/** A meter with the way in which packets go through it, seen from the machine. */
export interface PortMeter extends OvsMeter {
  readonly direction: Direction;
}

/** An uplink on which a port's guarantee is to stand. */
export interface Uplink {
  readonly dev: string;
  /** bit/s that all queues there have together; absent: as it is, and as good as unlimited where there is none yet. */
  readonly bits?: number;
}

/** A guarantee for what the machine sends, in bit/s, and where it is to stand. */
export interface UplinkGuarantee {
  readonly uplink: Uplink;
  readonly minBits: number;
}

/** What a port of Open vSwitch is to hold when virt-quota itself puts a policy there. */
export interface OvsPortTarget {
  /** Columns of the interface, kbit/s and kbit. Absent: not limited by policing. */
  readonly policing?: { readonly rate: number; readonly burst: number };
  /** Queue 0 of a `linux-htb` row, bit/s and bits. Absent: not limited by a queue. */
  readonly queue?: Required<Pick<OvsQueue, 'maxBits' | 'burstBits'>>;
  readonly meters: readonly PortMeter[];
  /** Code point for what the machine sends. Absent: not marked. */
  readonly dscp?: number;
  /** Absent: nothing is guaranteed, or nobody has said on which uplink. */
  readonly guarantee?: UplinkGuarantee;
  readonly diagnostics: readonly Diagnostic[];
}

const directions: readonly Direction[] = ['egress', 'ingress'];

/**
 * What a policy comes to on a port: the numbers of Neutron's agent.
 *
 * @param meterBandwidth `[ovs] qos_meter_bandwidth`: bandwidth by meters, and not by policing and queue
 * @param uplink where a guarantee is to stand; absent: it is left out, as nothing in the database tells an uplink
 */
export function ovsPortTarget(qos: PortQos, meterBandwidth: boolean, uplink?: Uplink): OvsPortTarget {
  const { egress, ingress } = meterBandwidth ? {} : qos.bandwidthLimit;
  const minKbps = qos.minimumBandwidthKbps.egress;
  return {
    ...(egress !== undefined && { policing: policingColumns(egress) }),
    ...(ingress !== undefined && { queue: queueConfig(ingress) }),
    meters: metersOf(qos, meterBandwidth),
    ...(qos.dscpMark !== undefined && { dscp: qos.dscpMark }),
    ...(minKbps !== undefined &&
      uplink !== undefined && { guarantee: { uplink, minBits: kilobitsToBits(minKbps) } }),
    diagnostics: [
      ...(egress === undefined ? [] : policingFindings(egress)),
      ...(ingress === undefined ? [] : queueFindings(ingress)),
      ...(minKbps === undefined || uplink !== undefined
        ? []
        : [notEnforced('minimum_bandwidth egress', 'virt-quota', 'shared-uplink')]),
      ...placementOnly(qos, 'Open vSwitch'),
    ],
  };
}

/** No limit and no mark at all. */
export const nothingWanted: OvsPortTarget = { meters: [], diagnostics: [] };

function metersOf(qos: PortQos, meterBandwidth: boolean): readonly PortMeter[] {
  return directions.flatMap(direction => {
    const packets = qos.packetRateLimit[direction];
    const bandwidth = meterBandwidth ? qos.bandwidthLimit[direction] : undefined;
    return [
      ...(packets === undefined ? [] : [{ ...packetMeterOf(packets, direction), direction }]),
      ...(bandwidth === undefined ? [] : [{ ...bandwidthMeterOf(bandwidth, direction), direction }]),
    ];
  });
}
