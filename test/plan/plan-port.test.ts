import { describe, expect, it } from 'vitest';
import { portCookie } from '../../src/backend/ovs-port-flows.ts';
import { nothingWanted, type OvsPortTarget, ovsPortTarget } from '../../src/backend/ovs-port-target.ts';
import { parsePortQos } from '../../src/intent/port-qos.ts';
import { type OpenFlow, parseFlows } from '../../src/observed/openflow.ts';
import type { OvsRow } from '../../src/observed/ovs.ts';
import { unknownIn } from '../../src/plan/known-ops.ts';
import { planPort } from '../../src/plan/plan-port.ts';
import { flowBundle, meterCommands, noMeterCommands } from '../../src/plan/port-commands.ts';
import { portTransaction } from '../../src/plan/port-rows.ts';
import type { PortState } from '../../src/plan/port-state.ts';
import type { Layer } from '../../src/verify/expectation.ts';
import type { Reading } from '../../src/verify/reading.ts';

// The cookie of tap0 by hand: FNV-1a of `tap0` is 0xd963fcef07acd016, folded to 48 bits.
const cookie = '0x7671fcef07ac0975';
const uuid = (digit: number) => `${String(digit).repeat(8)}-0000-4000-8000-000000000000`;
const ids = (...entries: readonly (readonly [string, string])[]) => ['map', entries];
const mark = ['virt-quota-port-qos', 'tap0'] as const;

interface Given {
  readonly external?: readonly (readonly [string, string])[];
  readonly rate?: number;
  readonly burst?: number;
  readonly qos?: number;
  readonly rows?: readonly OvsRow[];
  readonly queues?: readonly OvsRow[];
  readonly flows?: readonly OpenFlow[];
  readonly meters?: PortState['meters'];
  readonly users?: readonly (readonly [number, number])[];
  readonly port?: Partial<PortState['port']>;
}

function stateOf(given: Given = {}): PortState {
  const { external = [], rate = 0, burst = 0, qos, rows = [], queues = [] } = given;
  const columns = { ingress_policing_rate: rate, ingress_policing_burst: burst };
  return {
    port: { dev: 'tap0', bridge: 'br-int', type: '', ofport: 2, mac: '02:00:00:00:77:01', ...given.port },
    database: {
      interfaces: [{ name: 'tap0', ...columns, external_ids: ids(...external) }],
      ports: [{ name: 'tap0', qos: qos === undefined ? ['set', []] : ['uuid', uuid(qos)] }],
      qos: rows,
      queues,
      bridges: [],
    },
    flows: given.flows ?? [],
    meters: given.meters ?? [],
    meterUsers: new Map(given.users ?? []),
  };
}

/** Everything that is demanded is otherwise, or only what is of one layer. */
function planOf(state: PortState, target: OvsPortTarget, takeOver = false, broken?: Layer) {
  const ask = { state, target, facts: {}, takeOver };
  const demands = planPort(ask, []).plan.demands;
  const wrong = { value: 'wrong', actions: 'wrong', flags: 'wrong', type: 'wrong', rateBps: 1 };
  const readings = demands.map(({ layer, subject, knob, expected }): Reading => {
    const values = broken === undefined || broken === layer ? wrong : expected;
    return { layer, subject, knob, ...(values && { values }), evidence: { source: '', text: '' } };
  });
  const { plan } = planPort(ask, readings);
  // What is kept of it can be recovered from.
  expect(unknownIn(plan)).toBeUndefined();
  return plan;
}

const targetOf = (rules: readonly object[], meterBandwidth = false) =>
  ovsPortTarget(parsePortQos(JSON.stringify({ rules })).qos, meterBandwidth);
const limits = targetOf([
  { type: 'bandwidth_limit', max_kbps: 3000 },
  { type: 'bandwidth_limit', max_kbps: 5000, max_burst_kbps: 400, direction: 'ingress' },
]);
const marked = targetOf([{ type: 'dscp_marking', dscp_mark: 26 }]);
const counted = targetOf([
  { type: 'packet_rate_limit', max_kpps: 20, max_burst_kpps: 2 },
  { type: 'packet_rate_limit', max_kpps: 10, direction: 'ingress' },
]);

/** The transaction that a plan's database step comes to. */
function transactionOf(state: PortState, target: OvsPortTarget, takeOver = false): string {
  const ops = planOf(state, target, takeOver).steps.flatMap(step => step.forward);
  const rows = ops.filter(op => op.kind === 'rows').at(-1);
  return rows === undefined ? '' : (portTransaction(state.database, rows.rows)?.join(' ') ?? '');
}

function bundleOf(state: PortState, target: OvsPortTarget, how: 'forward' | 'undo' = 'forward') {
  const ops = planOf(state, target).steps.flatMap(step => step[how]);
  const op = ops.find(one => one.kind === 'flows');
  return op && flowBundle(op.bridge, state.flows, op)?.input?.trimEnd().split('\n');
}

describe('the cookie of a port', () => {
  it('is its own, whatever number the port has', () => {
    expect(portCookie('tap0')).toBe(cookie);
    expect(portCookie('tap1')).not.toBe(cookie);
  });
});

describe('limits of bandwidth', () => {
  it('are one transaction, with what was found in the record', () => {
    expect(transactionOf(stateOf(), limits)).toBe(
      'ovs-vsctl --timeout=10 -- set Port tap0 qos=@qos ' +
        '-- --id=@qos create QoS type=linux-htb other_config:max-rate=34359738367 queues:0=@queue external_ids:virt-quota-port-qos="tap0" ' +
        '-- --id=@queue create Queue other_config:max-rate=5000000 other_config:burst=400000 external_ids:virt-quota-port-qos="tap0" ' +
        '-- set Interface tap0 ingress_policing_rate=3000 ingress_policing_burst=2400 external_ids:virt-quota-port-qos="rate=0,burst=0,policed"',
    );
  });

  const ours = stateOf({
    external: [['virt-quota-port-qos', `rate=7,burst=6,qos=${uuid(9)},policed`]],
    rate: 3000,
    burst: 2400,
    qos: 1,
    rows: [
      {
        _uuid: ['uuid', uuid(1)],
        type: 'linux-htb',
        other_config: ids(['max-rate', '34359738367']),
        queues: ['map', [[0, ['uuid', uuid(2)]]]],
        external_ids: ids(mark),
      },
      {
        _uuid: ['uuid', uuid(9)],
        type: 'linux-noop',
        other_config: ids(),
        queues: ids(),
        external_ids: ids(),
      },
      // Left behind by a port of this name that is gone.
      {
        _uuid: ['uuid', uuid(3)],
        type: 'linux-htb',
        other_config: ids(),
        queues: ids(),
        external_ids: ids(mark),
      },
    ],
    queues: [
      {
        _uuid: ['uuid', uuid(2)],
        other_config: ids(['max-rate', '5000000'], ['burst', '400000']),
        external_ids: ids(mark),
      },
      { _uuid: ['uuid', uuid(8)], other_config: ids(), external_ids: ids() },
    ],
  });

  it('that are there already are kept, and rows of ours that nobody has go', () => {
    expect(transactionOf(ours, limits)).toBe(`ovs-vsctl --timeout=10 -- --if-exists destroy QoS ${uuid(3)}`);
  });

  it('that are taken away leave what was found, and rows of others', () => {
    expect(transactionOf(ours, nothingWanted)).toBe(
      `ovs-vsctl --timeout=10 -- set Port tap0 qos=${uuid(9)} ` +
        '-- set Interface tap0 ingress_policing_rate=7 ingress_policing_burst=6 ' +
        '-- remove Interface tap0 external_ids virt-quota-port-qos ' +
        `-- --if-exists destroy QoS ${uuid(1)} ${uuid(3)} -- --if-exists destroy Queue ${uuid(2)}`,
    );
  });

  it('that tc alone has lost are taken out of force first', () => {
    const [step] = planOf(ours, limits, false, 'tc').steps;
    const rows = step?.forward.flatMap(op => (op.kind === 'rows' ? [op.rows] : []));
    expect(rows?.map(({ qos, policing }) => [qos, policing])).toEqual([
      ['none', { rate: 0, burst: 0 }],
      [{ make: { maxBits: 5_000_000, burstBits: 400_000 } }, { rate: 3000, burst: 2400 }],
    ]);
  });

  it('are meters where Neutron is told so', () => {
    const target = targetOf([{ type: 'bandwidth_limit', max_kbps: 3000, max_burst_kbps: 100 }], true);
    expect(target).toMatchObject({ meters: [{ unit: 'kbps', rate: 3000, burst: 100, direction: 'egress' }] });
    expect(target.policing).toBeUndefined();
    expect(bundleOf(stateOf(), target)).toEqual([
      `add cookie=${cookie},table=0,priority=65532,in_port=2,reg14=0/0x4,actions=meter:1,load:0x1->NXM_NX_REG14[2],resubmit(,0)`,
    ]);
  });
});

describe('a mark', () => {
  it('is a flow for IPv4 and one for IPv6, which leave the ECN bits alone', () => {
    expect(bundleOf(stateOf(), marked)).toEqual([
      `add cookie=${cookie},table=0,priority=65535,in_port=2,ip,reg2=0,actions=set_field:0x1->reg2,set_field:26->ip_dscp,resubmit:2`,
      `add cookie=${cookie},table=0,priority=65535,in_port=2,ipv6,reg2=0,actions=set_field:0x1->reg2,set_field:26->ip_dscp,resubmit:2`,
    ]);
  });

  const old = parseFlows(
    ` cookie=${cookie}, priority=65535,ip,reg2=0,in_port=9 actions=drop\n cookie=0x5, priority=65535,ip,in_port=9 actions=drop\n`,
  );

  it('of a port that had another number goes with its number, and no flow of others does', () => {
    expect(bundleOf(stateOf({ flows: old }), marked)?.[0]).toBe(
      `delete_strict cookie=${cookie}/-1,table=0,priority=65535,in_port=9,ip,reg2=0`,
    );
    expect(bundleOf(stateOf({ flows: old }), marked)).toHaveLength(3);
  });
});

describe('a limit of packets', () => {
  const state = stateOf({ meters: [{ id: 1, flags: 'pktps', rate: 9, burst: 0 }], users: [[1, 4]] });

  it('has meters with numbers that nobody has, by both ways in which packets come to the machine', () => {
    const ops = planOf(stateOf({ ...given(state), port: { tag: 3 } }), counted).steps.flatMap(
      step => step.forward,
    );
    const meters = ops.find(op => op.kind === 'meters');
    expect(meters?.kind === 'meters' && meterCommands('br-int', state.meters, meters.set).map(text)).toEqual([
      'add-meter br-int meter=2,pktps,burst,bands=type=drop,rate=20000,burst_size=2000',
      'add-meter br-int meter=3,pktps,bands=type=drop,rate=10000',
    ]);
    const flows = ops.find(op => op.kind === 'flows');
    expect(flows?.kind === 'flows' && flows.set.map(one => one.slice(one.indexOf('priority')))).toEqual([
      'priority=65534,in_port=2,reg14=0/0x1,actions=meter:2,load:0x1->NXM_NX_REG14[0],resubmit(,0)',
      'priority=65533,dl_dst=02:00:00:00:77:01,reg14=0/0x2,vlan_tci=0x0000/0x1fff,actions=meter:3,load:0x1->NXM_NX_REG14[1],resubmit(,0)',
      'priority=65533,dl_dst=02:00:00:00:77:01,dl_vlan=3,reg14=0/0x2,actions=meter:3,load:0x1->NXM_NX_REG14[1],resubmit(,0)',
    ]);
  });

  it('keeps its numbers, changes a meter in its place, and undoes that', () => {
    const before = stateOf({
      external: [
        ['virt-quota-port-qos', 'rate=0,burst=0'],
        ['virt-quota-port-meters', 'pktps egress=5,pktps ingress=6'],
      ],
      meters: [
        { id: 5, flags: 'pktps', rate: 1000, burst: 0 },
        { id: 6, flags: 'pktps', rate: 10_000, burst: 0 },
      ],
    });
    const step = planOf(before, counted).steps.find(one => one.name === 'meters of br-int');
    expect(
      step?.forward.map(
        op => op.kind === 'meters' && meterCommands('br-int', before.meters, op.set).map(text),
      ),
    ).toEqual([['mod-meter br-int meter=5,pktps,burst,bands=type=drop,rate=20000,burst_size=2000']]);
    expect(step?.undo).toEqual([
      {
        kind: 'meters',
        bridge: 'br-int',
        set: [
          { id: 5, unit: 'pktps', rate: 1000, burst: 0 },
          { id: 6, unit: 'pktps', rate: 10_000, burst: 0 },
        ],
      },
      { kind: 'no-meters', bridge: 'br-int', ids: [] },
    ]);
  });

  it('leaves a meter alone that somebody else was given since, with the number of ours', () => {
    const external = [
      ['virt-quota-port-qos', 'rate=0,burst=0'],
      ['virt-quota-port-meters', 'pktps egress=1'],
    ] as const;
    const restarted = stateOf({ ...given(state), external });
    const ops = planOf(restarted, counted).steps.flatMap(step => step.forward);
    expect(ops.flatMap(op => (op.kind === 'meters' ? op.set.map(meter => meter.id) : []))).toEqual([2, 3]);
    const gone = planOf(restarted, nothingWanted).steps.flatMap(step => step.forward);
    expect(gone.filter(op => op.kind === 'no-meters')).toEqual([]);
  });

  it('takes away only meters that are there', () => {
    expect(noMeterCommands('br-int', state.meters, [1, 7]).map(text)).toEqual(['del-meter br-int meter=1']);
  });

  function given({ meters, meterUsers }: PortState): Given {
    return { meters, users: [...meterUsers] };
  }

  function text({ argv }: { readonly argv: readonly string[] }): string {
    expect(argv.slice(0, 4)).toEqual(['ovs-ofctl', '--timeout=10', '-O', 'OpenFlow13']);
    return argv.slice(4).join(' ');
  }
});

describe('a port that somebody else limits', () => {
  const row = (external: readonly (readonly [string, string])[], type = 'linux-htb') =>
    stateOf({
      rate: 777,
      qos: 1,
      rows: [
        {
          _uuid: ['uuid', uuid(1)],
          type,
          other_config: ids(),
          queues: ids(),
          external_ids: ids(...external),
        },
      ],
    });
  const found = (state: PortState, target = limits, takeOver = false) =>
    planOf(state, target, takeOver).diagnostics.filter(one => one.code !== 'burst-below-mtu');

  it.each([
    ["Neutron's agent", [['id', 'tap0']]],
    [
      'libvirt for domain 4d',
      [
        ['vm-id', '4d'],
        ['ifname', 'tap0'],
      ],
    ],
    ['virt-quota for domain 4d', [['virt-quota', '4d']]],
    ['somebody else', []],
  ] as const)('is refused, with the owner: %s', (owner, external) => {
    const findings = found(row(external));
    expect(findings.map(({ code, severity }) => [code, severity])).toEqual([
      ['limited-by-other', 'error'],
      ['limited-by-other', 'error'],
    ]);
    expect(findings[1]?.args?.holder).toBe(`${owner}: QoS row ${uuid(1)} of type linux-htb`);
    expect(planOf(row(external), limits).steps).toEqual([]);
  });

  it('is taken over when that is asked for; what was there is recorded, and comes back', () => {
    const state = row([['id', 'tap0']]);
    expect(found(state, limits, true).map(({ code, severity }) => [code, severity])).toEqual([
      ['taken-over', 'warning'],
      ['taken-over', 'warning'],
    ]);
    const transaction = transactionOf(state, limits, true);
    expect(transaction).toContain(`virt-quota-port-qos="rate=777,burst=0,qos=${uuid(1)},policed"`);
    expect(transaction).not.toContain('destroy');
    const [step] = planOf(state, limits, true).steps;
    expect(step?.undo).toEqual([
      {
        kind: 'rows',
        rows: { dev: 'tap0', qos: { row: uuid(1) }, policing: { rate: 777, burst: 0 }, marks: {} },
      },
    ]);
  });

  it('is fine where the policy limits nothing of the kind, and linux-noop is no limit', () => {
    expect(found(row([['id', 'tap0']]), marked)).toEqual([]);
    expect(found(stateOf({ qos: 1, rows: row([], 'linux-noop').database.qos }))).toEqual([]);
  });

  const foreign = parseFlows(
    ' cookie=0xabc, send_flow_rem priority=65535,ip,reg2=0,in_port=2 actions=set_field:10->ip_dscp,resubmit:2\n',
  );
  const kept =
    'cookie=0xabc,table=0,send_flow_rem,priority=65535,in_port=2,ip,reg2=0,actions=set_field:10->ip_dscp,resubmit:2';

  it('by a flow that marks too is refused; taken over, the flow is recorded', () => {
    const state = stateOf({ flows: foreign });
    expect(found(state, marked)[0]?.args?.holder).toBe(`somebody else: flow ${kept}`);
    expect(transactionOf(state, marked, true)).toContain(`external_ids:virt-quota-port-flows="${kept}"`);
  });

  it('gets its flow back when ours goes', () => {
    const external = [
      ['virt-quota-port-qos', 'rate=0,burst=0'],
      ['virt-quota-port-flows', kept],
    ] as const;
    const flows = parseFlows(
      ` cookie=${cookie}, priority=65535,ip,reg2=0,in_port=2 actions=set_field:26->ip_dscp\n`,
    );
    expect(bundleOf(stateOf({ external, flows }), nothingWanted)).toEqual([`add ${kept}`]);
    // Its owner has put it there anew in the meantime.
    const own = parseFlows(
      ' cookie=0xdef, priority=65535,ip,reg2=0,in_port=2 actions=set_field:12->ip_dscp\n',
    );
    expect(bundleOf(stateOf({ external, flows: own }), nothingWanted)).toBeUndefined();
  });
});

describe('a port that is gone', () => {
  it('leaves nothing: flows, the meters that only they use, rows', () => {
    const flows = parseFlows(
      ` cookie=${cookie}, priority=65534,reg14=0/0x1,in_port=2 actions=meter:2,resubmit(,0)\n` +
        ` cookie=${cookie}, priority=65533,reg14=0/0x2,dl_vlan=3 actions=meter:1,resubmit(,0)\n`,
    );
    const meters = [1, 2].map(id => ({ id, flags: 'pktps', rate: 9, burst: 0 }));
    const users = [
      [1, 2],
      [2, 1],
    ] as const;
    const rows = [{ _uuid: ['uuid', uuid(1)], type: 'linux-htb', external_ids: ids(mark) }];
    const { database, ...state } = stateOf({ flows, meters, users, rows });
    const gone = { ...state, database: { ...database, interfaces: [], ports: [] } };
    const plan = planOf(gone, nothingWanted);
    expect(plan.steps.map(step => step.name)).toEqual([
      'database',
      'flows of br-int',
      'unused meters of br-int',
    ]);
    expect(transactionOf(gone, nothingWanted)).toBe(
      `ovs-vsctl --timeout=10 -- --if-exists destroy QoS ${uuid(1)}`,
    );
    expect(bundleOf(gone, nothingWanted)).toHaveLength(2);
    expect(plan.steps[2]?.forward).toEqual([{ kind: 'no-meters', bridge: 'br-int', ids: [2] }]);
  });
});

describe('a policy that cannot be put there', () => {
  it('says what fact about the port is missing', () => {
    const { mac: _, ofport: __, ...port } = stateOf().port;
    const plan = planOf({ ...stateOf(), port }, counted);
    expect(plan.diagnostics.map(({ code, severity, path }) => [code, severity, path])).toEqual([
      ['needs-port-fact', 'error', 'packet_rate_limit egress'],
      ['needs-port-fact', 'error', 'packet_rate_limit ingress'],
    ]);
    expect(plan.steps).toEqual([]);
  });

  it('is refused on a port of DPDK, and a guarantee is left to the agent', () => {
    expect(planOf(stateOf({ port: { type: 'dpdkvhostuserclient' } }), limits).diagnostics).toMatchObject([
      { code: 'cannot-be-enforced', args: { type: 'dpdkvhostuserclient' } },
    ]);
    const guarantee = targetOf([{ type: 'minimum_bandwidth', min_kbps: 1000 }]);
    expect(guarantee.diagnostics).toMatchObject([
      { code: 'not-on-backend', args: { reason: 'shared-uplink' } },
    ]);
  });
});
