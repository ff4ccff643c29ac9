import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/diagnostics.ts';
import { parseFlows } from '../../src/observed/openflow.ts';
import { planPort } from '../../src/plan/plan-port.ts';
import type { PortState } from '../../src/plan/port-state.ts';
import { diagnosticLine } from '../../src/report/diagnostic-text.ts';
import { databaseOf, guaranteeOf, qosRow, queueRow, stateOf, uuid } from './guaranteed.ts';

/** What is found; with anything that is nothing is written. */
function foundIn(state: PortState, target = guaranteeOf()): readonly Diagnostic[] {
  const { plan } = planPort({ state, target, facts: {}, takeOver: true }, []);
  if (plan.diagnostics.length > 0) expect(plan.steps).toEqual([]);
  return plan.diagnostics;
}

function saidOf(state: PortState, target = guaranteeOf()): readonly string[] {
  return foundIn(state, target).map(diagnosticLine);
}

const rule = 'error: minimum_bandwidth egress';
const tap0 = { name: 'tap0' };
const up0 = { name: 'up0' };

describe('an uplink that cannot have a guarantee', () => {
  it('is no port of Open vSwitch', () => {
    expect(saidOf(stateOf(databaseOf([tap0])))).toEqual([
      `${rule} needs an uplink, and Open vSwitch has no port 'up0'`,
    ]);
  });

  it('is the port itself', () => {
    const state = stateOf(databaseOf([tap0, up0]));
    const itself = { ...state, uplink: { flows: [], facts: state.port } };
    expect(saidOf(itself, guaranteeOf({ dev: 'tap0' }))).toEqual([
      `${rule} needs an uplink, and 'tap0' is the port itself`,
    ]);
  });

  it.each([
    ['no patch ports', []],
    ['one that leads nowhere', [{ name: 'p0', type: 'patch', peer: 'p9' }]],
    [
      'two that do not name each other',
      [
        { name: 'p0', type: 'patch', peer: 'p1' },
        { name: 'p1', type: 'patch', peer: 'p9', bridge: 'br1' },
      ],
    ],
  ])('is on a bridge that packets do not come to: %s', (_, patches) => {
    expect(saidOf(stateOf(databaseOf([tap0, { ...up0, bridge: 'br1' }, ...patches])))).toEqual([
      `${rule} needs an uplink that its packets come to, and no patch ports lead from br0 to br1 with 'up0'`,
    ]);
  });

  it('has no device that the kernel queues for', () => {
    expect(saidOf(stateOf(databaseOf([tap0, { ...up0, type: 'dpdk' }])))).toEqual([
      `${rule} cannot be enforced: nothing limits a device of type 'dpdk'`,
    ]);
  });

  it.each([
    ["Neutron's agent", { _type: 'minimum_bandwidth', id: uuid(3) }],
    ['libvirt for domain 4d', { 'vm-id': '4d' }],
    ['virt-quota for up0', { 'virt-quota-port-qos': 'up0' }],
    ['somebody else', {}],
  ])("has somebody else's row, which is not even taken over: %s", (owner, marks) => {
    const state = stateOf(databaseOf([tap0, { ...up0, qos: 6 }], [qosRow({ id: 6, marks })]));
    expect(foundIn(state).map(one => one.code)).toEqual(['uplink-of-other']);
    expect(saidOf(state)).toEqual([
      `${rule} needs a queue on up0, whose QoS row is of ${owner}: QoS row 66666666-0000-4000-8000-000000000000 of type linux-htb; what it does for others there would be lost, so it is not taken over`,
    ]);
  });

  it("has somebody else's root qdisc, which Open vSwitch would remove", () => {
    const state = stateOf(databaseOf([tap0, up0]));
    const shaped = { ...state, uplink: { flows: [], ...state.uplink, foreignQdisc: 'qdisc htb 1: root' } };
    expect(saidOf(shaped)).toEqual([
      'error: up0 has a qdisc of somebody else, qdisc htb 1: root: Open vSwitch would take it away, and nobody could bring it back',
    ]);
  });
});

describe('a bridge between', () => {
  const patched = databaseOf([
    tap0,
    { ...up0, bridge: 'br2' },
    { name: 'p0', type: 'patch', peer: 'p1' },
    { name: 'p1', type: 'patch', peer: 'p0', bridge: 'br1' },
    { name: 'p2', type: 'patch', peer: 'p3', bridge: 'br1' },
    { name: 'p3', type: 'patch', peer: 'p2', bridge: 'br2' },
  ]);

  it('is fine where patch ports lead on', () => {
    expect(saidOf(stateOf(patched))).toEqual([]);
  });

  it.each([
    ['all packets', 'priority=200,reg3=0', true],
    ["the port's own", 'priority=9,in_port=1', true],
    ['those of another port', 'priority=9,in_port=7', false],
    ['those that Neutron has marked', 'priority=200,pkt_mark=0x5,reg4=0', false],
  ])("must not put %s into another queue: 'priority=…'", (_, match, isRefused) => {
    const flows = parseFlows(` cookie=0x9, ${match} actions=set_queue:0,resubmit(,0)\n`);
    const refusal = `${rule} would be nothing: a flow of somebody else on br0 puts the packets into its own queue, cookie=0x9,table=0,${match},actions=set_queue:0,resubmit(,0)`;
    expect(saidOf(stateOf(patched, { flows }))).toEqual(isRefused ? [refusal] : []);
    const codes = foundIn(stateOf(patched, { flows })).map(one => one.code);
    expect(codes).toEqual(isRefused ? ['queued-by-other'] : []);
  });

  it('is looked at too, but for what comes in at the uplink', () => {
    const of = (match: string) => {
      const flows = parseFlows(` cookie=0x9, ${match} actions=enqueue:4:7\n`);
      return saidOf({ ...stateOf(patched), uplink: { ...stateOf(patched).uplink, flows } });
    };
    expect(of('priority=9,in_port=2')).toEqual([]);
    expect(of('priority=9,in_port=4')).toEqual([
      `${rule} would be nothing: a flow of somebody else on br2 puts the packets into its own queue, cookie=0x9,table=0,priority=9,in_port=4,actions=enqueue:4:7`,
    ]);
  });
});

describe('guarantees above what the uplink sends', () => {
  const rows = [
    qosRow({ id: 6, maxRate: 5_000_000, queues: { 4: 8 }, marks: { 'virt-quota-uplink': 'up0' } }),
  ];
  const queues = [queueRow(8, 'tap1', 3_500_000)];
  const shared = stateOf(databaseOf([tap0, { ...up0, qos: 6, linkBits: 1_000_000 }], rows, queues));

  it('are refused, whoever has said what it sends', () => {
    expect(saidOf(shared)).toEqual([`${rule} is 5500 with what 1 more have, above the 5000 kbit/s of up0`]);
    expect(saidOf(shared, guaranteeOf({ dev: 'up0', bits: 5_500_000 }))).toEqual([]);
    expect(saidOf(shared, guaranteeOf({ dev: 'up0' }, 1500))).toEqual([]);
  });

  it('are refused by what its device says, where nobody has told', () => {
    const alone = stateOf(databaseOf([tap0, { ...up0, linkBits: 1_000_000 }]));
    expect(saidOf(alone)).toEqual([
      `${rule} is 2000, above the 1000 kbit/s of up0 (--uplink-rate tells another)`,
    ]);
    expect(saidOf(alone, guaranteeOf({ dev: 'up0', bits: 8_000_000 }))).toEqual([]);
    expect(saidOf(stateOf(databaseOf([tap0, up0])))).toEqual([]);
  });
});
