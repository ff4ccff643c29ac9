import type { OvsPortTarget, UplinkGuarantee } from '../backend/ovs-port-target.ts';
import { ovsMaxRate } from '../backend/ovs-queue.ts';
import { type Diagnostic, errorAt } from '../diagnostics.ts';
import { flowText, type OpenFlow } from '../observed/openflow.ts';
import { isConnected } from '../observed/ovs-patch.ts';
import { hasKernelDevice, type OvsPortFacts } from '../observed/ovs-port.ts';
import { bitsAt, guaranteedPort, queuesOf, uplinkHolder, uplinkRow } from '../observed/ovs-uplink.ts';
import { isOurFlow } from './port-conflicts.ts';
import type { PortState, UplinkState } from './port-state.ts';

const rule = 'minimum_bandwidth egress';
const error = (code: Diagnostic['code'], args: Diagnostic['args']) => errorAt(code, rule, undefined, args);

/** Why a port's guarantee cannot stand on the uplink that was named. All are errors. */
export function uplinkFindings(state: PortState, { guarantee }: OvsPortTarget): readonly Diagnostic[] {
  if (guarantee === undefined) return [];
  const { dev } = guarantee.uplink;
  const facts = state.uplink?.facts;
  const why = whyNoUplink(state, dev, facts);
  if (facts === undefined || why !== undefined) return [error('needs-port-fact', { needs: why ?? '' })];
  if (!hasKernelDevice(facts)) return [error('cannot-be-enforced', { type: facts.type })];
  return [
    ...heldByOthers(state, dev),
    ...queuedByOthers(state, facts).map(({ bridge, flow }) =>
      error('queued-by-other', { bridge, flow: flowText(flow) }),
    ),
    ...aboveUplink(state, guarantee, facts),
  ];
}

function whyNoUplink(
  { port, database }: PortState,
  dev: string,
  facts: OvsPortFacts | undefined,
): string | undefined {
  if (facts === undefined) return `an uplink, and Open vSwitch has no port '${dev}'`;
  if (dev === port.dev) return `an uplink, and '${dev}' is the port itself`;
  if (isConnected(database, port.bridge, facts.bridge)) return undefined;
  return `an uplink that its packets come to, and no patch ports lead from ${port.bridge} to ${facts.bridge} with '${dev}'`;
}

/**
 * Neutron's agent keeps the queues of all ports in its row and writes it anew with each; whoever else has one there counts
 * on it for all that the uplink sends. So it is never taken over.
 */
function heldByOthers({ database, uplink }: PortState, dev: string): readonly Diagnostic[] {
  const holder = uplinkHolder(database, dev);
  if (holder !== undefined) return [error('uplink-of-other', { dev, holder })];
  const qdisc = uplink?.foreignQdisc;
  return qdisc === undefined ? [] : [errorAt('foreign-qdisc', dev, qdisc, { fate: 'is lost for good' })];
}

/** Flows of others by which the packets would leave our queue again: ours comes first, and the last one counts. */
function queuedByOthers({ port, flows, uplink }: PortState, facts: OvsPortFacts) {
  const onBridge = (all: readonly OpenFlow[], bridge: string, isSpared: (input: string) => boolean) =>
    all.filter(flow => takesAway(flow, isSpared)).map(flow => ({ bridge, flow }));
  const own = onBridge(flows, port.bridge, input => input !== String(port.ofport));
  const beyond: UplinkState['flows'] = uplink?.flows ?? [];
  return [...own, ...onBridge(beyond, facts.bridge, input => input === String(facts.ofport))];
}

/** Those of other ports spare ours, and so do those of the agent's for packets that it has marked. */
function takesAway(flow: OpenFlow, isSpared: (input: string) => boolean): boolean {
  if (isOurFlow(flow) || !/(?:^|,)(?:set_queue|enqueue)\b/.test(flow.actions)) return false;
  const words = flow.match.split(',');
  const input = words.find(word => word.startsWith('in_port='))?.slice('in_port='.length);
  return !words.some(word => word.startsWith('pkt_mark=')) && (input === undefined || !isSpared(input));
}

/** More than the uplink sends cannot be guaranteed: then nobody would have what he was promised. */
function aboveUplink(
  { port, database }: PortState,
  { uplink, minBits }: UplinkGuarantee,
  { linkBits }: OvsPortFacts,
): readonly Diagnostic[] {
  const row = uplinkRow(database, uplink.dev);
  const now = bitsAt(row, 'max-rate');
  const told = uplink.bits ?? (now > 0 && now !== ovsMaxRate ? now : undefined);
  const max = told ?? linkBits ?? ovsMaxRate;
  const others = [...queuesOf(database, row).values()].filter(queue => guaranteedPort(queue) !== port.dev);
  const sum = others.reduce((bits, queue) => bits + bitsAt(queue, 'min-rate'), minBits);
  if (sum <= max) return [];
  const beside = others.length > 0 ? ` with what ${others.length} more have` : '';
  const other = told === undefined ? `${uplink.dev} (--uplink-rate tells another)` : uplink.dev;
  const args = { max: max / 1000, unit: 'kbit/s', other };
  return [errorAt('min-above-max', rule, `${sum / 1000}${beside}`, args)];
}
