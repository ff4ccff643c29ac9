import type { OpenFlow } from './openflow.ts';
import { type OvsState, ovsMap } from './ovs.ts';
import { attachedQos } from './ovs-owner.ts';

/** Numbers of the queues that a port's QoS row has beside queue 0, which has the limit. */
export function otherQueues(state: OvsState, dev: string): readonly number[] {
  const qos = attachedQos(state, dev);
  if (qos === undefined || qos.type === 'linux-noop') return [];
  return [...ovsMap(qos.queues).keys()].map(Number).filter(queue => queue !== 0);
}

/** A flow that puts packets into another queue of a port. */
export interface QueueDetour {
  /** `surely`: packets to the port; `perhaps`: where they go afterwards cannot be told from it alone. */
  readonly leads: 'surely' | 'perhaps';
  readonly flow: OpenFlow;
}

/** The flows of a bridge, and whether the port is on it. */
export interface BridgeFlows {
  readonly flows: readonly OpenFlow[];
  /** The port's number there; absent: it is on another bridge, or has none. */
  readonly ofport?: number;
}

/**
 * A flow that puts packets into one of these queues: one that surely does before one that may. A queue stays with its
 * packet, through other tables, patch ports and bridges. undefined: there is none.
 *
 * @see openvswitch lib/ofp-actions.c:format_SET_QUEUE, format_ENQUEUE
 */
export function queueDetour(
  queues: readonly number[],
  bridges: readonly BridgeFlows[],
): QueueDetour | undefined {
  const found = bridges.flatMap(({ flows, ofport }) =>
    flows.flatMap((flow): readonly QueueDetour[] => {
      const leads = leadsOf(flow.actions, queues, ofport);
      return leads === undefined ? [] : [{ leads, flow }];
    }),
  );
  return found.find(one => one.leads === 'surely') ?? found[0];
}

function leadsOf(
  actions: string,
  queues: readonly number[],
  ofport: number | undefined,
): QueueDetour['leads'] | undefined {
  const enqueued = [...actions.matchAll(/enqueue(?::(\d+):(\d+)|\(port=(\d+),queue=(\d+)\))/g)];
  const toQueue = enqueued.filter(one => queues.includes(Number(one[2] ?? one[4])));
  if (toQueue.some(one => Number(one[1] ?? one[3]) === ofport)) return 'surely';
  const set = [...actions.matchAll(/set_queue:(\d+)/g)].find(one => queues.includes(Number(one[1])));
  // What a group does is not read.
  if (set === undefined) return toQueue.length > 0 || /\bgroup:/.test(actions) ? 'perhaps' : undefined;
  const after = actions.slice(set.index).split(/,(?:pop_queue|set_queue:)/)[0] ?? '';
  const isOut =
    ofport !== undefined && new RegExp(`,(?:output:${ofport}|NORMAL|FLOOD|ALL)(?:,|$)`).test(after);
  return isOut ? 'surely' : 'perhaps';
}
