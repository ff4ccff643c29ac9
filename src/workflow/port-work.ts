import { flowsCommand, metersCommand, readFlows, readMeters } from '../host/openflow.ts';
import { readOvs } from '../host/ovs.ts';
import { flowText, type OpenFlow, type OpenFlowMeter } from '../observed/openflow.ts';
import { type OvsBridgesState, ovsRow } from '../observed/ovs.ts';
import { attachedQos } from '../observed/ovs-owner.ts';
import { marksOf, portMark } from '../observed/ovs-port-record.ts';
import { portKind } from '../plan/plan-port.ts';
import { flowBundle, meterCommands, noMeterCommands } from '../plan/port-commands.ts';
import type { PortOp } from '../plan/port-op.ts';
import type { HostReader } from '../ports/host.ts';
import { flowKnob, meterKnob } from '../verify/expect-port.ts';
import { type Knob, knobName } from '../verify/expectation.ts';
import type { Reading } from '../verify/reading.ts';
import type { HostWork } from './host-change.ts';
import { observeOvsPort, unseenOvsPort } from './observe-ovs.ts';
import { observeTc } from './observe-tc.ts';
import { observeUplinks } from './observe-uplink.ts';
import { runWrite } from './run-write.ts';
import type { HostSurroundings } from './surroundings.ts';
import { look, type Seen, unseen } from './unseen.ts';
import { writePortRows } from './write-port-rows.ts';

/** How a port of Open vSwitch with a policy of ours is read and written. */
export function portWork(surroundings: HostSurroundings, dev: string): HostWork<PortOp> {
  return {
    kind: portKind,
    subject: dev,
    observe: knobs => observePort(surroundings, dev, knobs),
    perform: op => performPort(surroundings, op),
  };
}

/** Each knob of the port in the database and tc, and those of its bridge and uplink that are asked for. */
async function observePort(
  { host }: HostSurroundings,
  dev: string,
  knobs: readonly Knob[],
): Promise<readonly Reading[]> {
  const [database, tc] = await Promise.all([look(() => readOvs(host)), observeTc(host, dev)]);
  const rows = 'why' in database ? unseenOvsPort(dev, database.why) : observeRows(database.found, dev);
  const isOfUplink = ({ layer, subject }: Knob) => (layer === 'ovs' || layer === 'tc') && subject !== dev;
  const [openflow, uplinks] = await Promise.all([
    observeBridges(host, knobs),
    observeUplinks(host, database, knobs.filter(isOfUplink)),
  ]);
  const found = new Map(
    [...rows, ...tc.readings, ...openflow, ...uplinks].map(reading => [knobName(reading), reading]),
  );
  const missing = knobs.filter(knob => !found.has(knobName(knob)));
  const evidence = { source: 'ovs-vsctl list Interface', text: '' };
  return [
    ...found.values(),
    ...missing.map(({ layer, subject, knob }) => ({ layer, subject, knob, evidence })),
  ];
}

/** Rows and columns, and our marks on them. */
function observeRows(database: OvsBridgesState, dev: string): readonly Reading[] {
  const qos = attachedQos(database, dev);
  const ofInterface = Object.values(portMark).map(
    key =>
      [
        `external_ids:${key}`,
        marksOf(ovsRow(database.interfaces, 'name', dev))[key],
        `Interface ${dev}`,
      ] as const,
  );
  const ofQos = [`qos external_ids:${portMark.port}`, marksOf(qos)[portMark.port], 'QoS'] as const;
  const marks = [...ofInterface, ofQos].map(([knob, value, row]) => ({
    layer: 'ovs' as const,
    subject: dev,
    knob,
    ...(value !== undefined && { values: { value } }),
    evidence: { source: `ovs-vsctl list ${row}`, text: value ?? '' },
  }));
  return [...observeOvsPort(database, dev), ...marks];
}

/** Of the many flows and meters of a bridge only those that are asked for. */
async function observeBridges(host: HostReader, knobs: readonly Knob[]): Promise<readonly Reading[]> {
  const asked = knobs.filter(knob => knob.layer === 'openflow');
  const bridges = [...new Set(asked.map(knob => knob.subject))];
  const seen = await Promise.all(
    bridges.map(async bridge => {
      const of = asked.filter(knob => knob.subject === bridge);
      const isMeter = ({ knob }: Knob) => knob.startsWith('meter ');
      const [flows, meters] = await Promise.all([
        look(() => readFlows(host, bridge)),
        look(() => readMeters(host, bridge)),
      ]);
      return [
        ...readingsOf(of.filter(isMeter), meters, metersCommand(bridge), meterHeld),
        ...readingsOf(
          of.filter(knob => !isMeter(knob)),
          flows,
          flowsCommand(bridge),
          flowHeld,
        ),
      ];
    }),
  );
  return seen.flat();
}

type Held = Pick<Reading, 'knob' | 'values'> & { readonly text: string };

const flowHeld = (flow: OpenFlow): Held => ({
  knob: flowKnob(flow),
  values: { actions: flow.actions, cookie: flow.cookie },
  text: flowText(flow),
});

const meterHeld = ({ id, flags, rate, burst }: OpenFlowMeter): Held => ({
  knob: meterKnob(id),
  values: { flags, rate, burst },
  text: `meter=${id} ${flags} rate=${rate} burst_size=${burst}`,
});

function readingsOf<T>(
  asked: readonly Knob[],
  seen: Seen<readonly T[]>,
  argv: readonly string[],
  held: (one: T) => Held,
): readonly Reading[] {
  const source = argv.join(' ');
  if ('why' in seen) return unseen(asked, source, seen.why);
  const found = new Map(seen.found.map(held).map(one => [one.knob, one]));
  return asked.map(({ layer, subject, knob }) => {
    const one = found.get(knob);
    const evidence = { source, text: one?.text ?? '' };
    return { layer, subject, knob, ...(one?.values && { values: one.values }), evidence };
  });
}

async function performPort(surroundings: HostSurroundings, op: PortOp): Promise<void> {
  if (op.kind === 'rows') return writePortRows(surroundings, op.rows);
  const { host, hostWriter } = surroundings;
  const label = `bridge '${op.bridge}'`;
  if (op.kind === 'flows') {
    const bundle = flowBundle(op.bridge, await readFlows(host, op.bridge), op);
    if (bundle !== undefined) await runWrite(hostWriter, label, bundle);
    return;
  }
  const now = await readMeters(host, op.bridge);
  const commands =
    op.kind === 'meters' ? meterCommands(op.bridge, now, op.set) : noMeterCommands(op.bridge, now, op.ids);
  for (const command of commands) await runWrite(hostWriter, label, command);
}
