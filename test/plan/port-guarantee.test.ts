import { describe, expect, it } from 'vitest';
import { nothingWanted, type OvsPortTarget } from '../../src/backend/ovs-port-target.ts';
import { parseFlows } from '../../src/observed/openflow.ts';
import type { OvsBridgesState } from '../../src/observed/ovs.ts';
import { whyNotGuaranteed } from '../../src/plan/guarantee-rows.ts';
import { unknownIn } from '../../src/plan/known-ops.ts';
import { planPort } from '../../src/plan/plan-port.ts';
import { flowBundle } from '../../src/plan/port-commands.ts';
import { portTransaction } from '../../src/plan/port-rows.ts';
import type { PortState } from '../../src/plan/port-state.ts';
import type { Demand } from '../../src/verify/expectation.ts';
import type { Reading } from '../../src/verify/reading.ts';
import { databaseOf, guaranteeOf, qosRow, queueRow, stateOf, uuid } from './guaranteed.ts';

const start = 'ovs-vsctl --timeout=10';
const record = '-- set Interface tap0 external_ids:virt-quota-port-qos="rate=0,burst=0"';

/** A plan where everything that `isWrong` names is not as demanded. */
function planOf(state: PortState, target: OvsPortTarget, isWrong = (_: Demand) => true) {
  const ask = { state, target, facts: { iproute2: { major: 6, minor: 15 } } };
  const readings = planPort(ask, []).plan.demands.map((demand): Reading => {
    const { layer, subject, knob, expected } = demand;
    const values = isWrong(demand)
      ? { value: 'wrong', type: 'wrong', actions: 'wrong', rateBps: 1 }
      : expected;
    return { layer, subject, knob, ...(values && { values }), evidence: { source: '', text: '' } };
  });
  const { plan } = planPort(ask, readings);
  // What is kept of it can be recovered from.
  expect(unknownIn(plan)).toBeUndefined();
  return plan;
}

/** What a plan writes into the database, one transaction a line, as if the first had not been. */
function transactionsOf(state: PortState, target: OvsPortTarget, isWrong?: (demand: Demand) => boolean) {
  const ops = planOf(state, target, isWrong).steps.flatMap(step => step.forward);
  const rows = ops.flatMap(op => (op.kind === 'rows' ? [op.rows] : []));
  return rows.map(one => portTransaction(state.database, one)?.join(' '));
}

const alone = databaseOf([{ name: 'tap0' }, { name: 'up0' }]);
const ours = { 'virt-quota-uplink': 'up0' };
/** up0 has queues for tap0 (number 1) and tap1 (number 5); row 7 is what was found. */
const shared = databaseOf(
  [{ name: 'tap0' }, { name: 'up0', qos: 6 }],
  [
    qosRow({ id: 6, queues: { 1: 8, 5: 9 }, marks: { ...ours, 'virt-quota-uplink-found': uuid(7) } }),
    qosRow({ id: 7, type: 'linux-noop' }),
  ],
  [queueRow(8, 'tap0', 2_000_000), queueRow(9, 'tap1', 1_000_000)],
);
const last = (marks: Readonly<Record<string, string>> = ours): OvsBridgesState =>
  databaseOf(
    [{ name: 'tap0' }, { name: 'up0', qos: 6 }],
    [qosRow({ id: 6, queues: { 1: 8 }, marks }), qosRow({ id: 7, type: 'linux-noop' })],
    [queueRow(8, 'tap0', 2_000_000)],
  );

describe('a guarantee', () => {
  it('is one transaction: the row of the uplink, with a queue that has the number of the port', () => {
    expect(transactionsOf(stateOf(alone), guaranteeOf())).toEqual([
      `${start} ${record} ` +
        '-- set Port up0 qos=@uplink ' +
        '-- --id=@uplink create QoS type=linux-htb other_config:max-rate=34359738367 queues:1=@guarantee external_ids:virt-quota-uplink="up0" ' +
        '-- --id=@guarantee create Queue other_config:min-rate=2000000 other_config:max-rate=34359738367 external_ids:virt-quota-guarantee="tap0"',
    ]);
  });

  it('is a flow that puts into the queue what the machine sends, and lets it go on', () => {
    const ops = planOf(stateOf(alone), guaranteeOf()).steps.flatMap(step => step.forward);
    const op = ops.find(one => one.kind === 'flows');
    expect(op && flowBundle(op.bridge, [], op)?.input).toBe(
      'add cookie=0x7671fcef07ac0975,table=0,priority=65530,in_port=1,reg14=0/0x10,actions=set_queue:1,load:0x1->NXM_NX_REG14[4],resubmit(,0)\n',
    );
  });

  it('must be found in the database, in tc and in the flows', () => {
    const { demands } = planOf(stateOf(alone), guaranteeOf({ dev: 'up0', bits: 8_000_000 }));
    const asked = demands.filter(one => one.because.length > 0);
    expect(
      asked.map(({ layer, subject, knob, expected }) => [`${layer} ${subject} ${knob}`, expected]),
    ).toEqual([
      [
        'openflow br0 flow priority=65530,in_port=1,reg14=0/0x10',
        {
          actions: 'set_queue:1,load:0x1->NXM_NX_REG14[4],resubmit(,0)',
          cookie: '0x7671fcef07ac0975',
        },
      ],
      ['ovs up0 qos', { type: 'linux-htb' }],
      ['ovs up0 qos other_config:max-rate', { value: 8_000_000 }],
      ['ovs up0 qos queues:1', { value: 'attached' }],
      ['ovs up0 queue 1 other_config:min-rate', { value: 2_000_000 }],
      ['ovs up0 queue 1 other_config:max-rate', { value: 34_359_738_367 }],
      ['tc up0 class htb 1:fffe', { rateBps: 1_000_000, ceilBps: 1_000_000 }],
      ['tc up0 class htb 1:2 parent 1:fffe', { rateBps: 250_000, ceilBps: 1_000_000, burstBytes: 1564 }],
    ]);
    expect(asked.every(one => one.because.join() === 'minimum_bandwidth egress')).toBe(true);
  });

  it('below a packet a second is that, of packets as the device has them', () => {
    const jumbo = databaseOf([{ name: 'tap0' }, { name: 'up0', mtu: 9000 }]);
    const { demands } = planOf(stateOf(jumbo), guaranteeOf({ dev: 'up0' }, 8));
    const ofQueue = demands.find(one => one.knob === 'class htb 1:2 parent 1:fffe');
    expect(ofQueue?.expected).toMatchObject({ rateBps: 9000, ceilBps: 4_294_967_295 });
  });

  it('with another rate of the uplink is that, for all that stand there', () => {
    expect(transactionsOf(stateOf(shared), guaranteeOf({ dev: 'up0', bits: 9_000_000 }))).toEqual([
      `${start} ${record} -- set QoS ${uuid(6)} type=linux-htb other_config:max-rate=9000000`,
    ]);
  });

  it('that is another one than before changes its queue, and nothing else', () => {
    expect(transactionsOf(stateOf(shared), guaranteeOf({ dev: 'up0' }, 3000))).toEqual([
      `${start} ${record} -- set Queue ${uuid(8)} other_config:min-rate=3000000 other_config:max-rate=34359738367`,
    ]);
  });

  it('that tc alone has lost is taken out of force first, with its number and rows as they are', () => {
    const lost = (demand: Demand) => demand.layer === 'tc' || demand.knob.startsWith('external_ids');
    expect(transactionsOf(stateOf(shared), guaranteeOf(), lost)).toEqual([
      `${start} ${record} -- clear Port up0 qos`,
      `${start} ${record}`,
    ]);
  });
});

describe('the number of a queue', () => {
  const numberIn = (database: OvsBridgesState, more: Partial<PortState> = {}) =>
    planOf(stateOf(database, more), guaranteeOf()).demands.flatMap(
      ({ knob }) => /^qos queues:(\d+)$/.exec(knob)?.[1] ?? [],
    );

  it('is the first that no row has, where the number of the port is taken', () => {
    const rows = [qosRow({ id: 6, queues: { 1: 8, 2: 9 } })];
    const queues = [queueRow(8, 'tap7', 1), queueRow(9, 'tap8', 1)];
    expect(numberIn(databaseOf([{ name: 'tap0' }, { name: 'up0' }], rows, queues))).toEqual(['3']);
  });

  it('is none that a flow of somebody else leads to', () => {
    const flows = parseFlows(' cookie=0x0, priority=1,in_port=9 actions=set_queue:1,NORMAL\n');
    expect(numberIn(alone, { flows })).toEqual(['2']);
  });

  it('stays when the port has another number by now', () => {
    const again = databaseOf(
      [
        { name: 'tap0', ofport: 44 },
        { name: 'up0', qos: 6 },
      ],
      shared.qos,
      shared.queues,
    );
    expect(numberIn(again)).toEqual(['1']);
    const ops = planOf(stateOf(again), guaranteeOf()).steps.flatMap(step => step.forward);
    expect(ops.find(op => op.kind === 'flows')?.set).toEqual([
      expect.stringContaining('in_port=44,reg14=0/0x10,actions=set_queue:1,'),
    ]);
  });

  it('is not that of the local port, which no queue can have', () => {
    expect(numberIn(databaseOf([{ name: 'tap0', ofport: 65_534 }, { name: 'up0' }]))).toEqual(['1']);
  });
});

describe('an uplink that several ports share', () => {
  it('gets a queue for one more, and keeps the others', () => {
    const other = databaseOf(
      [{ name: 'tap0' }, { name: 'up0', qos: 6 }],
      [qosRow({ id: 6, queues: { 5: 9 }, marks: ours })],
      [queueRow(9, 'tap1', 1_000_000)],
    );
    expect(transactionsOf(stateOf(other), guaranteeOf())).toEqual([
      `${start} ${record} -- set QoS ${uuid(6)} queues:1=@guarantee ` +
        '-- --id=@guarantee create Queue other_config:min-rate=2000000 other_config:max-rate=34359738367 external_ids:virt-quota-guarantee="tap0"',
    ]);
  });

  it('keeps the others when one goes', () => {
    expect(transactionsOf(stateOf(shared), nothingWanted)).toEqual([
      `${start} -- remove QoS ${uuid(6)} queues 1 -- --if-exists destroy Queue ${uuid(8)}`,
    ]);
  });

  it('is without our row after the last', () => {
    expect(transactionsOf(stateOf(last()), nothingWanted)).toEqual([
      `${start} -- clear Port up0 qos -- --if-exists destroy QoS ${uuid(6)} -- --if-exists destroy Queue ${uuid(8)}`,
    ]);
  });

  it('has the row again that was found there, and must hold it', () => {
    const state = stateOf(last({ ...ours, 'virt-quota-uplink-found': uuid(7) }));
    expect(transactionsOf(state, nothingWanted)).toEqual([
      `${start} -- set Port up0 qos=${uuid(7)} -- --if-exists destroy QoS ${uuid(6)} -- --if-exists destroy Queue ${uuid(8)}`,
    ]);
    const demands = planOf(state, nothingWanted).demands.filter(one => one.subject === 'up0');
    expect(demands.map(({ layer, knob, expected }) => [`${layer} ${knob}`, expected])).toEqual([
      ['ovs queue 1 external_ids:virt-quota-guarantee', undefined],
      ['tc class htb 1:2 parent 1:fffe', undefined],
      ['ovs qos external_ids:virt-quota-uplink', undefined],
      ['ovs qos', { type: 'linux-noop' }],
    ]);
  });

  it('records what it had, where that keeps Open vSwitch off', () => {
    const noop = databaseOf(
      [{ name: 'tap0' }, { name: 'up0', qos: 7 }],
      [qosRow({ id: 7, type: 'linux-noop' })],
    );
    expect(transactionsOf(stateOf(noop), guaranteeOf())[0]).toContain(
      `external_ids:virt-quota-uplink="up0" external_ids:virt-quota-uplink-found="${uuid(7)}"`,
    );
  });

  it('that was removed and added again gets its row back, with the queues of all', () => {
    const again = databaseOf([{ name: 'tap0' }, { name: 'up0' }], shared.qos, shared.queues);
    expect(transactionsOf(stateOf(again), guaranteeOf())).toEqual([
      `${start} ${record} -- set Port up0 qos=${uuid(6)}`,
    ]);
  });

  it('that is gone is not asked for more than its row', () => {
    const gone = databaseOf([{ name: 'tap0' }], last().qos, last().queues);
    expect(transactionsOf(stateOf(gone), nothingWanted)).toEqual([
      `${start} -- --if-exists destroy QoS ${uuid(6)} -- --if-exists destroy Queue ${uuid(8)}`,
    ]);
  });

  it('is left for another one in the same transaction', () => {
    const two = databaseOf(
      [{ name: 'tap0' }, { name: 'up0', qos: 6 }, { name: 'up1' }],
      shared.qos,
      shared.queues,
    );
    const [transaction] = transactionsOf(stateOf(two), guaranteeOf({ dev: 'up1' }));
    expect(transaction).toContain(`-- remove QoS ${uuid(6)} queues 1 -- set Port up1 qos=@uplink `);
    expect(transaction).toContain('queues:2=@guarantee external_ids:virt-quota-uplink="up1"');
    expect(transaction).toContain(`-- --if-exists destroy Queue ${uuid(8)}`);
  });
});

describe('an undo', () => {
  const undone = (state: PortState, target: OvsPortTarget, then: OvsBridgesState) => {
    const rows = planOf(state, target).steps.flatMap(step => step.undo.filter(op => op.kind === 'rows'));
    return rows.map(op => portTransaction(then, op.rows)?.join(' '));
  };

  it('of a first guarantee takes the row away, or leaves it to a port that has come since', () => {
    expect(undone(stateOf(alone), guaranteeOf(), last())[0]).toMatch(/^ovs-vsctl \S+ -- clear Port up0 qos /);
    expect(undone(stateOf(alone), guaranteeOf(), shared)[0]).toContain(
      `-- remove QoS ${uuid(6)} queues 1 --`,
    );
  });

  it('puts the rate of the uplink back, while its row stays', () => {
    const raised = {
      ...shared,
      qos: [qosRow({ id: 6, maxRate: 9_000_000, queues: { 1: 8, 5: 9 }, marks: ours })],
    };
    const before = databaseOf(
      [{ name: 'tap0' }, { name: 'up0', qos: 6 }],
      [qosRow({ id: 6, maxRate: 5_000_000, queues: { 5: 9 }, marks: ours })],
      [queueRow(9, 'tap1', 1_000_000)],
    );
    const target = guaranteeOf({ dev: 'up0', bits: 9_000_000 });
    expect(undone(stateOf(before), target, raised)).toEqual([
      `${start} -- remove QoS ${uuid(6)} queues 1 -- --if-exists destroy Queue ${uuid(8)} ` +
        `-- set QoS ${uuid(6)} other_config:max-rate=5000000`,
    ]);
    // The other port has gone since, and the row with it.
    expect(undone(stateOf(before), target, last())[0]).not.toContain('set QoS');
  });

  it('of a removal makes the queue anew, by its number', () => {
    expect(undone(stateOf(last()), nothingWanted, alone)[0]).toContain(
      'queues:1=@guarantee external_ids:virt-quota-uplink="up0"',
    );
  });

  it('does not take a queue that somebody else has by now, nor an uplink', () => {
    const rows = planOf(stateOf(last()), nothingWanted).steps[0]?.undo[0];
    const wanted = rows?.kind === 'rows' ? (rows.rows.guarantees ?? []) : [];
    const taken = databaseOf(
      [{ name: 'tap0' }, { name: 'up0', qos: 6 }],
      [qosRow({ id: 6, queues: { 1: 9 }, marks: ours })],
      [queueRow(9, 'tap1', 1)],
    );
    expect(whyNotGuaranteed(taken, 'tap0', wanted)).toBe("queue 1 of 'up0' is tap1 by now");
    const foreign = databaseOf([{ name: 'tap0' }, { name: 'up0', qos: 6 }], [qosRow({ id: 6 })]);
    expect(whyNotGuaranteed(foreign, 'tap0', wanted)).toBe(
      `'up0' has the QoS row of somebody else: QoS row ${uuid(6)} of type linux-htb`,
    );
    expect(whyNotGuaranteed(shared, 'tap0', wanted)).toBeUndefined();
  });
});
