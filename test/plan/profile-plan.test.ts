import { describe, expect, it } from 'vitest';
import type { HtbTree } from '../../src/backend/htb-tree.ts';
import type { PlannedHost } from '../../src/plan/host-plan.ts';
import { unknownIn } from '../../src/plan/known-ops.ts';
import { type FoundUplink, planNoProfile, planProfile } from '../../src/plan/profile-plan.ts';
import type { TcOp } from '../../src/plan/tc-op.ts';
import { shown, treeOf, uplink } from './uplink.ts';

const kernels = { qdiscs: 'qdisc fq_codel 0: root refcnt 2 limit 10240p' };

/** Operations as lines of text. */
function lines(ops: readonly TcOp[] | undefined): readonly string[] {
  return (ops ?? []).flatMap(op => {
    if (op.op === 'remember')
      return [`remember ${op.restore.map(words => words.join(' ')).join('; ')}`.trim()];
    return op.lines.map(words => words.join(' '));
  });
}

function written({ plan }: PlannedHost<TcOp>) {
  // What is kept of it can be recovered from.
  expect(unknownIn(plan)).toBeUndefined();
  expect(plan.steps.length).toBeLessThanOrEqual(1);
  return { forward: lines(plan.steps[0]?.forward), undo: lines(plan.steps[0]?.undo) };
}

function planned(wanted: HtbTree, parts: Partial<typeof shown>, more: Partial<FoundUplink> = {}) {
  return planProfile(wanted, uplink(parts, more, wanted), false);
}

const classOf = (verb: string, words: string) =>
  `class ${verb} dev up0 parent 1:1 classid ${words.replace('@', 'burst 1600 cburst 1600')}`;

describe('a profile on an uplink that has the kernel’s own qdisc', () => {
  const { forward, undo } = written(planned(treeOf(), kernels));

  it('is one batch, after which nothing is remembered', () => {
    expect(forward).toHaveLength(1 + 1 + 1 + 2 * 3 + 4);
    expect(forward.slice(0, 4)).toEqual([
      'remember',
      'qdisc add dev up0 root handle 1: htb default 30',
      'class add dev up0 parent 1: classid 1:1 htb rate 1250000bps ceil 1250000bps burst 1600 cburst 1600 quantum 60000',
      classOf('add', '1:10 htb rate 125000bps ceil 250000bps @ prio 0 quantum 12500'),
    ]);
  });

  it('goes as a whole when a line of it fails', () => {
    expect(undo).toEqual(['qdisc del dev up0 root', 'remember']);
  });
});

describe('a profile on an uplink that has it', () => {
  it('is not written again', () => {
    const { plan, verdicts } = planned(treeOf(), shown);
    expect(verdicts.filter(one => one.outcome !== 'pass')).toEqual([]);
    expect(verdicts).toHaveLength(1 + 1 + 2 * 3 + 4);
    expect([plan.steps, plan.changes]).toEqual([[], []]);
  });

  it('changes the one class whose rate changes, where it stands', () => {
    const classes = shown.classes.replace('rate 2Mbit ceil 4Mbit', 'rate 1500Kbit ceil 4Mbit');
    const { forward, undo } = written(planned(treeOf(), { ...shown, classes }));
    expect(forward).toEqual([
      classOf('change', '1:20 htb rate 250000bps ceil 500000bps @ prio 3 quantum 25000'),
    ]);
    expect(undo).toEqual([
      classOf('change', '1:20 htb rate 187500bps ceil 500000bps @ prio 3 quantum 25000'),
    ]);
  });

  it('tells a burst so that an older tc shows the same again', () => {
    const wanted = treeOf({ rate: '20mbit' });
    const classes = shown.classes.replace('burst 1600b/1mpu', 'burst 1599b/1mpu');
    const facts = { iproute2: { major: 6, minor: 1 } };
    const { undo } = written(planned(wanted, { ...shown, classes }, { facts }));
    expect(undo.at(-1)).toBe(
      'class change dev up0 parent 1: classid 1:1 htb rate 1250000bps ceil 1250000bps burst 1600 cburst 1600',
    );
  });

  it('replaces the queue of one class only', () => {
    const qdiscs = shown.qdiscs.replace(
      /^qdisc sfq 10:.*$/m,
      'qdisc fq_codel 10: parent 1:10 limit 10240p ecn',
    );
    const { forward, undo } = written(planned(treeOf(), { ...shown, qdiscs }));
    expect(forward).toEqual([
      'qdisc del dev up0 parent 1:10 handle 10:',
      'qdisc add dev up0 parent 1:10 handle 10: sfq perturb 10',
    ]);
    expect(undo).toEqual([
      'qdisc del dev up0 parent 1:10 handle 10:',
      'qdisc add dev up0 parent 1:10 handle 10: fq_codel limit 10240 ecn',
    ]);
  });

  it('replaces a queue that somebody else put there, and would bring it back', () => {
    const qdiscs = shown.qdiscs.replace(/^qdisc sfq 10:.*$/m, 'qdisc pfifo 8001: parent 1:10 limit 100p');
    const { forward, undo } = written(planned(treeOf(), { ...shown, qdiscs }));
    expect(forward[0]).toBe('qdisc del dev up0 parent 1:10 handle 8001:');
    expect(undo.at(-1)).toBe('qdisc add dev up0 parent 1:10 handle 8001: pfifo limit 100');
  });

  it('moves, adds and deletes filters one by one, by their handles', () => {
    const filters = shown.filters
      .replace('handle 0x1 classid 1:10\n  eth_type ipv4', 'handle 0x1 classid 1:20\n  eth_type ipv4')
      .replace(
        'ip_proto tcp\n  dst_port 3260\nfilter parent 1: protocol ipv6',
        'ip_proto udp\n  dst_port 53\nfilter parent 1: protocol ipv6',
      );
    const { forward, undo } = written(planned(treeOf(), { ...shown, filters }));
    const filter = 'dev up0 parent 1: protocol ip pref';
    expect(forward).toEqual([
      `filter change ${filter} 10 handle 0x1 flower ip_tos 0xb8/0xfc classid 1:10`,
      `filter add ${filter} 20 handle 0x2 flower ip_proto tcp dst_port 3260 classid 1:20`,
      `filter del ${filter} 20 handle 0x1 flower`,
    ]);
    expect(undo).toEqual([
      `filter add ${filter} 20 handle 0x1 flower ip_proto udp dst_port 53 classid 1:20`,
      `filter del ${filter} 20 handle 0x2 flower`,
      `filter change ${filter} 10 handle 0x1 flower ip_tos 0xb8/0xfc classid 1:20`,
    ]);
  });

  it('takes a class that is asked for no more away after its filters, and brings it back before them', () => {
    const extra = `${shown.classes}
class htb 1:40 parent 1:1 leaf 40: prio 5 quantum 1514 rate 8Kbit ceil 8Kbit burst 1600b/1mpu 0b cburst 1600b/1mpu 0b`;
    const qdiscs = `${shown.qdiscs}\nqdisc sfq 40: parent 1:40 limit 127p quantum 1514b depth 127 flows 128 perturb 10sec`;
    const filters = `${shown.filters}\nfilter parent 1: protocol ip pref 10 flower chain 0 handle 0x7 classid 1:40\n  eth_type ipv4\n  ip_tos 32/0xfc`;
    const { forward, undo } = written(planned(treeOf(), { qdiscs, classes: extra, filters }));
    expect(forward).toEqual([
      'filter del dev up0 parent 1: protocol ip pref 10 handle 0x7 flower',
      'class del dev up0 classid 1:40',
    ]);
    expect(undo).toEqual([
      classOf('add', '1:40 htb rate 1000bps ceil 1000bps @ prio 5 quantum 1514'),
      'qdisc add dev up0 parent 1:40 handle 40: sfq quantum 1514b depth 127 perturb 10',
      'filter add dev up0 parent 1: protocol ip pref 10 handle 0x7 flower ip_tos 0x20/0xfc classid 1:40',
    ]);
  });

  it('is built anew when another class becomes the default one, and says so', () => {
    const classes = [
      { name: 'rest', default: true, guarantee: '1mbit', ceiling: '2mbit', leaf: 'sfq' },
      { name: 'bulk', dscp: ['EF'], guarantee: '2mbit', ceiling: '4mbit' },
    ];
    const before = planned(treeOf({ classes }), shown);
    expect(before.plan.diagnostics.map(one => `${one.severity} ${one.code} ${one.path}`)).toEqual([
      'warning tree-built-anew qdisc root',
    ]);
    const { forward, undo } = written(before);
    expect(forward.slice(1, 3)).toEqual([
      'qdisc del dev up0 root',
      'qdisc add dev up0 root handle 1: htb default 10',
    ]);
    expect(undo.slice(0, 2)).toEqual([
      'qdisc del dev up0 root',
      'qdisc add dev up0 root handle 1: htb default 30',
    ]);
    expect(undo.slice(2, 4)).toEqual([
      'class add dev up0 parent 1: classid 1:1 htb rate 1250000bps ceil 1250000bps burst 1600 cburst 1600',
      classOf('add', '1:10 htb rate 125000bps ceil 250000bps @ prio 0 quantum 12500'),
    ]);
    expect(undo).toHaveLength(1 + 1 + 4 + 3 + 4 + 1);
  });
});

describe('somebody else’s root qdisc', () => {
  const tbf = 'qdisc tbf 8001: root refcnt 2 rate 1Mbit burst 5Kb/1 mpu 0b lat 50ms linklayer ethernet';
  const find = (parts: Partial<typeof shown>) => uplink(parts);
  const found = (plan: PlannedHost<TcOp>['plan']) =>
    plan.diagnostics.map(one => `${one.severity} ${one.code} ${one.value} ${one.args?.fate}`);

  it('is refused, replaced when that was asked, and remembered for the removal', () => {
    const refused = planProfile(treeOf(), find({ qdiscs: tbf }), false).plan;
    expect([found(refused), refused.steps]).toEqual([['error foreign-qdisc tbf 8001: refused'], []]);
    const replaced = planProfile(treeOf(), find({ qdiscs: tbf }), true);
    expect(unknownIn(replaced.plan)).toBeUndefined();
    expect(found(replaced.plan)).toEqual(['warning foreign-qdisc tbf 8001: is replaced']);
    const back = 'qdisc add dev up0 root handle 8001: tbf rate 1Mbit burst 5Kb latency 50ms';
    const { forward, undo } = written(replaced);
    expect(forward.slice(0, 2)).toEqual([`remember ${back}`, 'qdisc del dev up0 root']);
    expect(undo).toEqual(['qdisc del dev up0 root', back, 'remember']);
  });

  it.each([
    ['one that cannot be made anew', { qdiscs: 'qdisc cake 8009: root refcnt 3 bandwidth 10Mbit' }],
    ["libvirt's", { ...shown, qdiscs: shown.qdiscs.replace('parent 1:10', 'parent 1:1') }],
    ["Open vSwitch's", { ...shown, classes: 'class htb 1:fffe root rate 1Gbit ceil 1Gbit' }],
    ['one without classes', { qdiscs: shown.qdiscs.split('\n')[0] ?? '' }],
    ['one with a class of another number', { ...shown, classes: shown.classes.replaceAll('1:20', '1:21') }],
    ['one with a queue that has classes', { ...shown, qdiscs: shown.qdiscs.replace('sfq 10:', 'prio 10:') }],
    [
      'a tree with a filter of another kind',
      { ...shown, filters: 'filter parent 1: protocol all pref 1 fw chain 0 handle 0x1 classid 1:1' },
    ],
  ])('is not touched when it is %s', (_, parts) => {
    const { plan } = planProfile(treeOf(), find(parts), true);
    expect(plan.diagnostics.map(one => `${one.severity} ${one.code} ${one.args?.fate}`)).toEqual([
      'error foreign-qdisc cannot be made anew',
    ]);
    expect(plan.steps).toEqual([]);
    const { plan: removal } = planNoProfile(find(parts));
    expect([removal.steps, removal.demands]).toEqual([[], []]);
    expect(removal.diagnostics.map(one => `${one.severity} ${one.args?.fate}`)).toEqual(['warning stays']);
  });
});

describe('a profile that is taken away', () => {
  it('leaves the kernel’s own qdisc, or what it had replaced', () => {
    const remembered = [['qdisc', 'add', 'dev', 'up0', 'root', 'handle', '8001:', 'sfq']];
    const plan = planNoProfile(uplink(shown, { remembered }));
    const { forward, undo } = written(plan);
    expect(forward).toEqual([
      'qdisc del dev up0 root',
      'qdisc add dev up0 root handle 8001: sfq',
      'remember',
    ]);
    expect(undo[1]).toBe('qdisc add dev up0 root handle 1: htb default 30');
    expect(undo.at(-1)).toBe('remember qdisc add dev up0 root handle 8001: sfq');
    const root = plan.plan.demands.find(one => one.knob === 'qdisc root');
    expect(root?.expected).toEqual({ handle: '8001:' });
    expect(planNoProfile(uplink(shown)).plan.demands.at(-1)?.expected).toEqual({ handle: '0:' });
  });

  it('is nothing to do where there is none', () => {
    const { plan } = planNoProfile(uplink(kernels));
    expect([plan.steps, plan.diagnostics]).toEqual([[], []]);
  });
});
