import { describe, expect, it } from 'vitest';
import { midonetPolice } from '../../src/backend/midonet-police.ts';
import { parseTcFilters } from '../../src/observed/tc-filter-list.ts';
import { parseTcRules } from '../../src/observed/tc-path/rule.ts';
import { parseTcPolicers } from '../../src/observed/tc-policer.ts';
import { parseTcQdiscs } from '../../src/observed/tc-qdisc.ts';
import type { PlannedHost } from '../../src/plan/host-plan.ts';
import { unknownIn } from '../../src/plan/known-ops.ts';
import { type FoundIngress, planMidonet, planNoMidonet } from '../../src/plan/midonet-plan.ts';
import type { TcOp } from '../../src/plan/tc-op.ts';
import { midonetReadings } from '../../src/verify/expect-midonet.ts';

const ingress = 'qdisc ingress ffff: parent ffff:fff1 ----------------';
const filter = (pref: number, rate = '3Mbit', kind = 'basic') =>
  `filter protocol all pref ${pref} ${kind} chain 0 handle 0x1 
 police 0x1 rate ${rate} burst 300Kb mtu 65335b [00c35000] action drop overhead 0b linklayer ethernet`;

/** A device of which tc shows something. */
function found(qdiscs: string, filters: string, more: Partial<FoundIngress> = {}): FoundIngress {
  const answers = {
    qdiscs: { source: 'tc qdisc', found: parseTcQdiscs(qdiscs) },
    rules: parseTcRules(filters),
    policers: { source: 'tc filter', found: parseTcPolicers(filters) },
  };
  return {
    ...{
      dev: 'tap0',
      ...answers,
      filters: parseTcFilters(filters),
      readings: midonetReadings('tap0', 5, answers),
    },
    ...{ facts: { iproute2: { major: 6, minor: 15 } }, remembered: [], ...more },
  };
}

const police = midonetPolice({ maxKbps: 3000, maxBurstKbit: 2400 }, 'agent');

function written({ plan }: PlannedHost<TcOp>) {
  // What is kept of it can be recovered from.
  expect(unknownIn(plan)).toBeUndefined();
  const lines = (ops: readonly TcOp[] | undefined) =>
    (ops ?? []).flatMap(op =>
      op.op === 'remember'
        ? [`remember ${op.restore.map(words => words.join(' ')).join('; ')}`.trim()]
        : op.lines.map(words => words.join(' ')),
    );
  return { forward: lines(plan.steps[0]?.forward), undo: lines(plan.steps[0]?.undo) };
}

const policer = (verb: string, rate = 375_000) =>
  `filter ${verb} dev tap0 parent ffff: protocol all pref 5 handle 0x1 basic${
    verb === 'del' ? '' : ` police rate ${rate}bps burst 307200 mtu 65335 drop`
  }`;

describe("MidoNet's limit", () => {
  it('has the numbers of its agent, or those of its documentation', () => {
    expect(police).toEqual({ pref: 5, mtuBytes: 65_335, rateBps: 375_000, burstBytes: 307_200 });
    expect(midonetPolice({ maxKbps: 1, maxBurstKbit: 1 }, 'documented')).toEqual({
      ...{ pref: 49, mtuBytes: 65_535, rateBps: 125, burstBytes: 128 },
    });
  });

  it('brings the qdisc it needs, and remembers that it did', () => {
    expect(written(planMidonet(police, found('', ''), []))).toEqual({
      forward: [
        'remember qdisc del dev tap0 ingress',
        'qdisc add dev tap0 handle ffff: ingress',
        policer('add'),
      ],
      undo: [policer('del'), 'qdisc del dev tap0 ingress', 'remember'],
    });
  });

  it('is not written again where it is, and changed where it stands when it is another one', () => {
    const { plan, verdicts } = planMidonet(police, found(ingress, filter(5)), []);
    expect([verdicts.map(one => one.outcome), plan.steps]).toEqual([['pass', 'pass', 'pass'], []]);
    const other = planMidonet(police, found(ingress, filter(5, '4Mbit')), []);
    expect(other.verdicts.find(one => one.outcome === 'fail')?.differs).toEqual(['rateBps']);
    expect(written(other)).toEqual({
      forward: ['remember', policer('change')],
      undo: [policer('change', 500_000), 'remember'],
    });
  });

  it('does not hold behind a policer that lets nothing through to it', () => {
    const before = found(ingress, `${filter(1, '1Mbit', 'matchall')}\n${filter(5)}`);
    const failed = planMidonet(police, before, []).verdicts.filter(one => one.outcome === 'fail');
    expect(failed.map(one => `${one.expectation.knob} ${one.reason}`)).toEqual([
      'police basic pref 5 stricter',
      'police before pref 5 unexpected',
    ]);
    const goesOn = filter(1, '10Mbit', 'matchall').replace('action drop', 'action drop/continue');
    const { verdicts } = planMidonet(police, found(ingress, `${goesOn}\n${filter(5)}`), []);
    expect(verdicts.every(one => one.outcome === 'pass')).toBe(true);
  });

  it.each([
    [ingress, filter(5, '1Mbit', 'u32'), 'error foreign-filter'],
    [ingress, filter(5).replace('action drop', 'action pass'), 'error foreign-filter'],
    [
      ingress,
      `filter protocol ip pref 5 flower chain 0 handle 0x1\n  dst_ip 10.0.0.2`,
      'error foreign-filter',
    ],
    ['qdisc clsact ffff: parent ffff:fff1', '', 'error foreign-qdisc'],
  ])('is refused where something is in its way: %s %s', (qdiscs, filters, said) => {
    const { plan } = planMidonet(police, found(qdiscs, filters), []);
    expect(plan.diagnostics.map(one => `${one.severity} ${one.code}`)).toEqual([said]);
    expect(plan.steps).toEqual([]);
  });

  it('goes with the qdisc that came with it, unless others use that', () => {
    const remembered = [['qdisc', 'del', 'dev', 'tap0', 'ingress']];
    expect(written(planNoMidonet(5, found(ingress, filter(5), { remembered })))).toEqual({
      forward: [policer('del'), 'qdisc del dev tap0 ingress', 'remember'],
      undo: [
        'qdisc add dev tap0 handle ffff: ingress',
        policer('add'),
        'remember qdisc del dev tap0 ingress',
      ],
    });
    const shared = found(ingress, `${filter(5)}\n${filter(49)}`, { remembered });
    expect(written(planNoMidonet(5, shared)).forward).toEqual([
      policer('del'),
      'remember qdisc del dev tap0 ingress',
    ]);
    expect(written(planNoMidonet(5, found(ingress, filter(5)))).forward).toEqual([
      policer('del'),
      'remember',
    ]);
    expect(planNoMidonet(5, found(ingress, filter(49))).plan.steps).toEqual([]);
  });
});

describe("MidoNet's limit is not proved", () => {
  const first = (kind: string, control: string) => `filter protocol all pref 1 ${kind} chain 0 handle 0x1 
\taction order 1: gact action ${control}
\t random type none pass val 0
`;
  it.each([
    ['a filter sends packets where no other is', first('matchall', 'goto chain 5'), 'idle'],
    ['everything is dropped before it', first('matchall', 'drop'), 'stricter'],
    ['a program may let packets pass', first('bpf', 'pass'), 'unproved'],
  ])('where %s', (_what, filters, how) => {
    const { readings } = found(ingress, filters + filter(5));
    expect(readings.find(({ knob }) => knob === 'police basic pref 5')).toHaveProperty(how);
  });
});
