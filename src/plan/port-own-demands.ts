import { portCookie } from '../backend/ovs-port-flows.ts';
import { ovsMaxRate } from '../backend/ovs-queue.ts';
import type { OpenFlow } from '../observed/openflow.ts';
import { ovsRow } from '../observed/ovs.ts';
import { marksOf, portMark } from '../observed/ovs-port-record.ts';
import { flowKnob, meterKnob } from '../verify/expect-port.ts';
import { type Demand, knobName } from '../verify/expectation.ts';
import { expectOwnGuarantee } from './guarantee-own-demands.ts';
import { ownMeters } from './port-meters.ts';
import { portRowsNow } from './port-rows.ts';
import { type PortState, recordOf, type WantedPortState } from './port-state.ts';

/**
 * What is demanded, and besides that it is ours: cookies and marks, and that nothing of ours is left for which nothing is
 * wanted any more.
 */
export function expectOwn(
  state: PortState,
  wanted: WantedPortState,
  demands: readonly Demand[],
): readonly Demand[] {
  const cookie = portCookie(state.port.dev);
  const marked = demands.map(one =>
    one.layer === 'openflow' && one.knob.startsWith('flow ')
      ? { ...one, expected: { ...one.expected, cookie } }
      : one,
  );
  const known = new Set(marked.map(knobName));
  const own = [
    ...expectRows(state, wanted),
    ...expectMarks(state, wanted),
    ...expectNoOther(state, wanted, cookie),
    ...expectOwnGuarantee(state, wanted),
    ...wanted.restored.map(flow =>
      ofBridge(state, flowKnob(flow), { actions: flow.actions, cookie: flow.cookie }),
    ),
  ];
  return [...marked, ...own.filter(one => !known.has(knobName(one)))];
}

/** What was found, where ours was, and the port's own rate, which is no limit, where ours is. */
function expectRows(state: PortState, { rows }: WantedPortState): readonly Demand[] {
  const { dev } = state.port;
  const now = portRowsNow(state.database, dev);
  const knob = (name: string, expected?: Demand['expected']): Demand => ({
    layer: 'ovs',
    subject: dev,
    knob: name,
    because: [],
    ...(expected && { expected }),
  });
  const { qos } = rows;
  const owner = `qos external_ids:${portMark.port}`;
  if (qos !== 'none' && 'make' in qos)
    return [
      knob('qos other_config:max-rate', { value: ovsMaxRate }),
      knob(owner, { value: dev }),
      ...policing(state, rows, knob),
    ];
  const isOurs = now.qos !== 'none' && 'make' in now.qos;
  const type = qos === 'none' ? undefined : ovsRow(state.database.qos, '_uuid', qos.row)?.type;
  const found = typeof type === 'string' ? { type } : undefined;
  return [...(isOurs ? [knob('qos', found), knob(owner)] : []), ...policing(state, rows, knob)];
}

function policing(
  state: PortState,
  { policing: { rate, burst } }: WantedPortState['rows'],
  knob: (name: string, expected?: Demand['expected']) => Demand,
): readonly Demand[] {
  if (recordOf(state)?.policed !== true) return [];
  return [knob('ingress_policing_rate', { value: rate }), knob('ingress_policing_burst', { value: burst })];
}

function expectMarks({ database, port }: PortState, { rows }: WantedPortState): readonly Demand[] {
  const now = marksOf(ovsRow(database.interfaces, 'name', port.dev));
  const keys = new Set([...Object.keys(now), ...Object.keys(rows.marks)]);
  return [...keys].map(key => {
    const value = rows.marks[key];
    const base = { layer: 'ovs', subject: port.dev, knob: `external_ids:${key}`, because: [] } as const;
    return value === undefined ? base : { ...base, expected: { value } };
  });
}

function expectNoOther(state: PortState, wanted: WantedPortState, cookie: string): readonly Demand[] {
  const isWanted = (flow: OpenFlow) =>
    [...wanted.flows, ...wanted.restored].some(one => one.table === flow.table && one.match === flow.match);
  const flows = state.flows.filter(flow => flow.cookie === cookie && !isWanted(flow));
  const ids = new Set(wanted.meterIds.values());
  const meters = [...ownMeters(state).values()].filter(id => !ids.has(id));
  return [...flows.map(flowKnob), ...meters.map(meterKnob)].map(knob => ofBridge(state, knob));
}

function ofBridge({ port }: PortState, knob: string, expected?: Demand['expected']): Demand {
  return { layer: 'openflow', subject: port.bridge, knob, because: [], ...(expected && { expected }) };
}
