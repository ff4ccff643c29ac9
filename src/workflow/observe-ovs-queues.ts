import { allFlowsCommand, readAllFlows } from '../host/openflow.ts';
import { flowText } from '../observed/openflow.ts';
import type { OvsBridgesState } from '../observed/ovs.ts';
import { findOvsPort } from '../observed/ovs-port.ts';
import { type BridgeFlows, otherQueues, queueDetour } from '../observed/ovs-queues.ts';
import type { HostReader } from '../ports/host.ts';
import { NOT_CAPTURED, type Reading } from '../verify/reading.ts';
import { look, type Seen } from './unseen.ts';

/** Readings of queue 0 by port, where packets go past it or it cannot be seen whether they do. */
export type QueueReadings = ReadonlyMap<string, Reading>;

/**
 * Looks for flows that put packets into other queues than the one that has the limit. Only where a port's row has such
 * queues: of flows there can be very many.
 */
export async function observeQueues(
  host: HostReader,
  state: OvsBridgesState,
  devs: readonly string[],
): Promise<QueueReadings> {
  const ports = devs.filter(dev => otherQueues(state, dev).length > 0);
  if (ports.length === 0) return new Map();
  const names = state.bridges.map(one => String(one.name));
  const flows = await Promise.all(
    names.map(async name => [name, await look(() => readAllFlows(host, name))] as const),
  );
  return new Map(
    ports.flatMap(dev => {
      const reading = readingOf(state, dev, new Map(flows));
      return reading === undefined ? [] : [[dev, reading] as const];
    }),
  );
}

function readingOf(
  state: OvsBridgesState,
  dev: string,
  flows: ReadonlyMap<string, Seen<BridgeFlows['flows']>>,
): Reading | undefined {
  const knob = { layer: 'ovs', subject: dev, knob: 'qos queues:0' } as const;
  const port = findOvsPort(state, { dev });
  const queues = otherQueues(state, dev);
  const seen = [...flows].flatMap(([bridge, one]) => ('found' in one ? [{ bridge, flows: one.found }] : []));
  const bridges = seen.map(
    ({ bridge, flows: found }): BridgeFlows => ({
      flows: found,
      ...(port?.bridge === bridge && port.ofport !== undefined && { ofport: port.ofport }),
    }),
  );
  const detour = queueDetour(queues, bridges);
  const unread = [...flows].find(([, one]) => 'why' in one);
  const at = seen.find(one => detour !== undefined && one.flows.includes(detour.flow))?.bridge ?? unread?.[0];
  const source = at === undefined ? 'ovs-ofctl dump-flows' : allFlowsCommand(at).join(' ');
  const text = detour === undefined ? '' : flowText(detour.flow);
  if (detour?.leads === 'surely') return { ...knob, idle: true, evidence: { source, text } };
  const why = whyUnknown(queues, detour !== undefined, unread?.[1], flows.size);
  return why === undefined ? undefined : { ...knob, unreadable: why, evidence: { source, text } };
}

function whyUnknown(
  queues: readonly number[],
  hasDetour: boolean,
  unread: Seen<unknown> | undefined,
  bridges: number,
): string | undefined {
  const other = `the row has queue ${queues.join(', ')} too`;
  if (bridges === 0) return `${other}, and which flows lead there is ${NOT_CAPTURED}`;
  if (hasDetour) return `${other}, and whether a flow that leads there leads to this port is not known`;
  return unread !== undefined && 'why' in unread
    ? `${other}, and flows cannot be read: ${unread.why}`
    : undefined;
}
