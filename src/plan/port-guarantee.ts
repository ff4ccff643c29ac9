import type { OvsPortTarget } from '../backend/ovs-port-target.ts';
import { ovsMaxRate } from '../backend/ovs-queue.ts';
import { ovsMap } from '../observed/ovs.ts';
import { bitsAt, type Guarantee, guaranteedPort, queuesOf, uplinkRow } from '../observed/ovs-uplink.ts';
import type { PortState } from './port-state.ts';

/** Queue 0 has what no flow puts elsewhere. @see openvswitch lib/netdev-linux.c:HTB_N_QUEUES */
const numbers = { first: 1, last: 0xf000 - 1 } as const;

/** The queue that a port is to have on its uplink; undefined: none. */
export function wantedGuarantee(state: PortState, { guarantee }: OvsPortTarget): Guarantee | undefined {
  if (guarantee === undefined) return undefined;
  const { uplink, minBits } = guarantee;
  const { database, port } = state;
  const row = uplinkRow(database, uplink.dev);
  const own = [...queuesOf(database, row)].find(([, queue]) => guaranteedPort(queue) === port.dev);
  return {
    uplink: uplink.dev,
    queue: own?.[0] ?? freeQueue(state),
    minBits,
    maxBits: ovsMaxRate,
    uplinkBits: uplink.bits ?? (bitsAt(row, 'max-rate') || ovsMaxRate),
    inForce: true,
  };
}

/**
 * The port's number, as Neutron's agent takes it, else the first that nobody has: on no uplink, as a queue goes with the
 * packet to whatever port it is sent, and in no flow. A port that was added again has another number, and keeps its queue.
 */
function freeQueue({ port, database, flows, uplink }: PortState): number {
  const ofRows = database.qos.flatMap(row => [...ovsMap(row.queues).keys()].map(Number));
  const ofFlows = [...flows, ...(uplink?.flows ?? [])].flatMap(({ actions }) =>
    [...actions.matchAll(/(?:set_queue:|enqueue:\d+:|enqueue\(\d+,)(\d+)/g)].map(([, id]) => Number(id)),
  );
  const taken = new Set([...ofRows, ...ofFlows]);
  const { ofport = 0 } = port;
  if (ofport >= numbers.first && ofport <= numbers.last && !taken.has(ofport)) return ofport;
  let number: number = numbers.first;
  while (taken.has(number)) number += 1;
  return number;
}
