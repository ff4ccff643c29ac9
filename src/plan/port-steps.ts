import { meterUse, portCookie } from '../backend/ovs-port-flows.ts';
import type { OvsPortTarget } from '../backend/ovs-port-target.ts';
import { flowText, meterFlags, type OpenFlowMeter } from '../observed/openflow.ts';
import { uplinkRates } from '../observed/ovs-uplink.ts';
import type { Demand } from '../verify/expectation.ts';
import type { Verdict } from '../verify/verdict.ts';
import type { HostStep } from './host-plan.ts';
import { overwrittenFlows } from './port-conflicts.ts';
import { ownMeters } from './port-meters.ts';
import type { MeterSpec, PortOp } from './port-op.ts';
import { portRowsNow, portTransaction, withoutForce } from './port-rows.ts';
import type { PortState, WantedPortState } from './port-state.ts';

type PortStep = HostStep<PortOp>;

/**
 * What has to be written: the database in one transaction, then meters, then the flows that use them in one bundle, then
 * the meters that no flow uses any more. Each step only when something of its own does not hold.
 */
export function portSteps(
  state: PortState,
  target: OvsPortTarget,
  wanted: WantedPortState,
  broken: readonly Verdict<Demand>[],
): readonly PortStep[] {
  const isBroken = (knob: string) =>
    broken.some(({ expectation }) => expectation.layer === 'openflow' && expectation.knob.startsWith(knob));
  return [
    ...databaseStep(state, target, wanted, broken),
    ...(isBroken('meter') ? meterStep(state, target, wanted) : []),
    ...(isBroken('flow') ? [flowStep(state, wanted)] : []),
    ...(isBroken('meter') ? unusedStep(state, wanted) : []),
  ];
}

/**
 * Open vSwitch writes tc only when its database changes: where tc alone is wrong, ours is taken out of force first and
 * put back.
 */
function databaseStep(
  { database, port }: PortState,
  target: OvsPortTarget,
  { rows }: WantedPortState,
  broken: readonly Verdict<Demand>[],
): readonly PortStep[] {
  const inTc = (dev: string | undefined, knob: string) =>
    broken.some(
      ({ expectation: { layer, subject, knob: name } }) =>
        layer === 'tc' && subject === dev && name.startsWith(knob),
    );
  const lost = {
    qos: target.queue !== undefined && inTc(port.dev, 'class'),
    policing: target.policing !== undefined && inTc(port.dev, 'police'),
    uplinks: inTc(target.guarantee?.uplink.dev, 'class'),
  };
  const isLost = lost.qos || lost.policing || lost.uplinks;
  if (!isLost && portTransaction(database, rows) === undefined) return [];
  const rates = rows.guarantees?.flatMap(({ uplink }) => uplinkRates(database, uplink)) ?? [];
  const before = { ...portRowsNow(database, port.dev), ...(rates.length > 0 && { uplinkRates: rates }) };
  return [
    {
      name: 'database',
      forward: [
        ...(isLost ? [{ kind: 'rows' as const, rows: withoutForce(rows, lost) }] : []),
        { kind: 'rows', rows },
      ],
      undo: [{ kind: 'rows', rows: before }],
    },
  ];
}

function meterStep(
  state: PortState,
  target: OvsPortTarget,
  { meterIds }: WantedPortState,
): readonly PortStep[] {
  const { bridge } = state.port;
  const set = target.meters.flatMap(meter => {
    const id = meterIds.get(meterUse(meter));
    const { unit, rate, burst } = meter;
    return id === undefined ? [] : [{ id, unit, rate, burst }];
  });
  if (set.length === 0) return [];
  const before = set.flatMap(({ id }) => state.meters.find(meter => meter.id === id) ?? []);
  const added = set.map(({ id }) => id).filter(id => !before.some(meter => meter.id === id));
  return [
    {
      name: `meters of ${bridge}`,
      forward: [{ kind: 'meters', bridge, set }],
      undo: [
        { kind: 'meters', bridge, set: before.map(specOf) },
        { kind: 'no-meters', bridge, ids: added },
      ],
    },
  ];
}

function flowStep(state: PortState, { flows, restored }: WantedPortState): PortStep {
  const { bridge, dev } = state.port;
  const cookie = portCookie(dev);
  const before = [...state.flows.filter(flow => flow.cookie === cookie), ...overwrittenFlows(state, flows)];
  return {
    name: `flows of ${bridge}`,
    forward: [{ kind: 'flows', bridge, cookie, set: [...flows, ...restored].map(flowText) }],
    undo: [{ kind: 'flows', bridge, cookie, set: before.map(flowText) }],
  };
}

function unusedStep(state: PortState, { meterIds }: WantedPortState): readonly PortStep[] {
  const { bridge } = state.port;
  const used = new Set(meterIds.values());
  const ids = [...ownMeters(state).values()].filter(id => !used.has(id));
  const before = state.meters.filter(meter => ids.includes(meter.id));
  if (before.length === 0) return [];
  return [
    {
      name: `unused meters of ${bridge}`,
      forward: [{ kind: 'no-meters', bridge, ids: before.map(meter => meter.id) }],
      undo: [{ kind: 'meters', bridge, set: before.map(specOf) }],
    },
  ];
}

function specOf({ id, flags, rate, burst }: OpenFlowMeter): MeterSpec {
  const unit = flags === meterFlags(['kbps']) || flags === meterFlags(['kbps', 'burst']) ? 'kbps' : 'pktps';
  return { id, unit, rate, burst };
}
