import { meterUse, portCookie, portFlows, type WantedFlow } from '../backend/ovs-port-flows.ts';
import type { OvsPortTarget } from '../backend/ovs-port-target.ts';
import { type Diagnostic, errorAt } from '../diagnostics.ts';
import { neutronPort } from '../observed/neutron-port.ts';
import { flowText, type OpenFlow, parseFlowText } from '../observed/openflow.ts';
import { foreignLimits, type PortRecord, recordMarks } from '../observed/ovs-port-record.ts';
import { expectGuarantee } from '../verify/expect-guarantee.ts';
import { expectPort } from '../verify/expect-port.ts';
import type { Demand } from '../verify/expectation.ts';
import { undoneArgs } from '../verify/neutron-findings.ts';
import type { Reading } from '../verify/reading.ts';
import type { TcFacts } from '../verify/tc-values.ts';
import { type PlannedHost, planHost } from './host-plan.ts';
import { overwrittenFlows, portConflicts } from './port-conflicts.ts';
import { wantedGuarantee } from './port-guarantee.ts';
import { freeMeters } from './port-meters.ts';
import type { PortOp } from './port-op.ts';
import { expectOwn } from './port-own-demands.ts';
import { type PortRows, portRowsNow } from './port-rows.ts';
import { type PortState, recordOf, type WantedPortState } from './port-state.ts';
import { portSteps } from './port-steps.ts';
import { uplinkFindings } from './uplink-findings.ts';

/** Kind of the plans for ports of Open vSwitch. */
export const portKind = 'port-qos';

/** A port as it is, and what is wanted of it. */
export interface PortAsk {
  readonly state: PortState;
  /** `nothingWanted`: what is ours is to go. */
  readonly target: OvsPortTarget;
  readonly facts: TcFacts;
  /** Whether what somebody else has put there may be overwritten. */
  readonly takeOver?: boolean;
}

/** Plans what gives a port a policy, or takes away what is ours. @param readings of what {@link portDemands} asks for */
export function planPort(ask: PortAsk, readings: readonly Reading[]): PlannedHost<PortOp> {
  const { state, target, takeOver = false } = ask;
  const wanted = wantedState(ask);
  return planHost<PortOp>({
    kind: portKind,
    subject: state.port.dev,
    demands: portDemands(ask),
    readings,
    steps: broken => portSteps(state, target, wanted, broken),
    diagnostics: [
      ...target.diagnostics,
      ...missingFacts(state, target),
      ...uplinkFindings(state, target),
      ...portConflicts(state, target, takeOver),
      ...undoneByNeutron(state, target),
    ],
  });
}

/** All that must hold of a port when it has a policy by us: what {@link verifyDemands} says, and that it is ours. */
export function portDemands(ask: PortAsk): readonly Demand[] {
  return expectOwn(ask.state, wantedState(ask), verifyDemands(ask));
}

/** What must hold of a port with a policy, whoever put it there. */
export function verifyDemands(ask: PortAsk): readonly Demand[] {
  const { state, target, facts } = ask;
  const { flows, meterIds, guarantee } = wantedState(ask);
  const ids = target.meters.map(meter => meterIds.get(meterUse(meter)) ?? 0);
  return [
    ...expectPort({ port: state.port, target, flows, meterIds: ids, facts }),
    ...(guarantee === undefined ? [] : expectGuarantee(guarantee, state.uplink?.facts?.mtuBytes, facts)),
  ];
}

function wantedState({ state, target }: PortAsk): WantedPortState {
  const record = recordOf(state);
  const now = portRowsNow(state.database, state.port.dev);
  const meterIds = freeMeters(state, target);
  const { ofport = 0 } = state.port;
  const guarantee = wantedGuarantee(state, target);
  const queue = guarantee && { queue: guarantee.queue };
  const flows = portFlows(target, { ...state.port, ofport, ...queue }, meterIds);
  const found = foundBefore(now, record);
  const taken = takenFlows(state, flows, record);
  const isWanted = target.policing ?? target.queue ?? target.dscp ?? target.meters[0] ?? guarantee;
  const kept: PortRecord = {
    found,
    policed: target.policing !== undefined,
    meters: meterIds,
    flows: taken.kept.map(flowText),
  };
  const rows: PortRows = {
    dev: now.dev,
    qos: target.queue === undefined ? foundQos(now, found) : { make: target.queue },
    policing: target.policing ?? (record?.policed === true ? found : now.policing),
    marks: isWanted === undefined ? {} : recordMarks(kept),
    ...(guarantee && { guarantees: [guarantee] }),
  };
  const { rate, burst } = rows.policing;
  return {
    rows: { ...rows, policing: { rate, burst } },
    flows,
    restored: taken.restored,
    meterIds,
    ...(guarantee && { guarantee }),
  };
}

/** What was there before us: what is there now, but for what is ours. */
function foundBefore(now: PortRows, record: PortRecord | undefined): PortRecord['found'] {
  const policing = record?.policed === true ? record.found : now.policing;
  const { qos } = now;
  const row = qos !== 'none' && 'row' in qos ? qos.row : undefined;
  const isOurs = qos !== 'none' && 'make' in qos;
  const before = isOurs ? record?.found.qos : row;
  const { rate, burst } = policing;
  return { rate, burst, ...(before !== undefined && { qos: before }) };
}

function foundQos({ qos }: PortRows, found: PortRecord['found']): PortRows['qos'] {
  if (qos === 'none' || 'row' in qos) return qos;
  return found.qos === undefined ? 'none' : { row: found.qos };
}

/** Others' flows that ours stand in place of, and those that come back because ours are not wanted there any more. */
function takenFlows(state: PortState, wanted: readonly WantedFlow[], record: PortRecord | undefined) {
  const before = (record?.flows ?? []).map(parseFlowText);
  const isWanted = (flow: OpenFlow) => wanted.some(one => one.match === flow.match);
  const now = overwrittenFlows(state, wanted);
  const still = before.filter(flow => isWanted(flow) && !now.some(one => one.match === flow.match));
  const isFree = ({ match }: OpenFlow) =>
    state.flows.every(flow => flow.match !== match || flow.cookie === portCookie(state.port.dev));
  return { kept: [...still, ...now], restored: before.filter(flow => !isWanted(flow) && isFree(flow)) };
}

/** What polices there Neutron's agent sets to 0, where it knows of no policy of this port. */
function undoneByNeutron(
  { database, port: { dev } }: PortState,
  { policing }: OvsPortTarget,
): readonly Diagnostic[] {
  const isFree = policing !== undefined && foreignLimits(database, dev).policing === undefined;
  const port = isFree ? neutronPort(database, dev) : undefined;
  if (port === undefined) return [];
  const args = undoneArgs(port, dev);
  return [{ code: 'neutron-undoes-it', severity: 'warning', path: 'bandwidth_limit egress', args }];
}

function missingFacts(
  { port }: PortState,
  { meters, dscp, policing, queue, guarantee }: OvsPortTarget,
): readonly Diagnostic[] {
  const queued = guarantee && 'minimum_bandwidth egress';
  const first = dscp === undefined ? (meters[0]?.because ?? queued) : 'dscp_marking';
  const received = meters.find(meter => meter.direction === 'ingress');
  const needs = (path: string, fact: string) => errorAt('needs-port-fact', path, undefined, { needs: fact });
  const limited = policing === undefined ? queue && 'bandwidth_limit ingress' : 'bandwidth_limit egress';
  return [
    ...(first !== undefined && port.ofport === undefined
      ? [needs(first, `the port's number, and Open vSwitch has none for ${port.dev}: is its device there?`)]
      : []),
    ...(received !== undefined && port.mac === undefined
      ? [needs(received.because, "the machine's MAC address (--mac)")]
      : []),
    ...(limited !== undefined && port.type.startsWith('dpdk')
      ? [errorAt('cannot-be-enforced', limited, undefined, { type: port.type })]
      : []),
  ];
}
