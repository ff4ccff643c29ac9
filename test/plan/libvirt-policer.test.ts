import { describe, expect, it } from 'vitest';
import type { Limits } from '../../src/domain/tuning.ts';
import { forwardCalls, type HeldBefore, undoCalls } from '../../src/plan/calls.ts';
import { diffLimits } from '../../src/plan/diff.ts';
import { isSamePolicer, leftPolicer, policerLines } from '../../src/plan/libvirt-policer.ts';
import type { HeldKnob } from '../../src/plan/observed.ts';
import type { Step } from '../../src/plan/plan.ts';
import { renderPlan } from '../../src/report/plan-text.ts';

const nothing: HeldBefore = { kernel: {}, ovs: () => ({}), tc: () => ({ inbound: false, outbound: false }) };
const device = { kind: 'interface', mac: 'fa:16:3e:00:00:01' } as const;
const outbound = { 'outbound.average': 2000, 'outbound.burst': 512 };
const inbound = { 'inbound.average': 4000 };
const held: readonly HeldKnob[] = [
  { layer: 'tc', subject: 'tap1', knob: 'police', values: { rateBps: 1_000_000, burstBytes: 1_024_000 } },
];

function step(
  before: Limits,
  after: Limits,
  knobs: readonly HeldKnob[] = [],
  enforcer: Step['enforcer'] = 'tap',
): Step {
  const changes = diffLimits(before, after, {});
  const policer = leftPolicer({ before, after, enforcer }, 'tap1', knobs);
  return { scope: 'live', device, before, after, changes, enforcer, ...(policer && { policer }) };
}

const told = (calls: ReturnType<typeof forwardCalls>) =>
  calls.map(call => ('rateBps' in call ? `${call.kind} ${call.rateBps} ${call.burstBytes}` : call.kind));
const forward = (one: Step) => told(forwardCalls(one));
const undo = (one: Step) => told(undoCalls(one, nothing));

describe("libvirt's policer", () => {
  it('is taken away after an outbound limit is, and libvirt itself brings it back', () => {
    const cleared = step({ ...inbound, ...outbound }, inbound);
    expect(forward(cleared)).toEqual(['interface', 'policer-gone 2000000 524288']);
    expect(undo(cleared)).toEqual(['interface']);
  });

  it('is taken away when a limit that was set is undone', () => {
    const set = step({}, { 'outbound.average': 3000 });
    expect(forward(set)).toEqual(['interface']);
    expect(undo(set)).toEqual(['interface', 'policer-gone 3000000 3072000']);
  });

  it('is of no concern where its direction stays limited, or was never', () => {
    expect(forward(step(outbound, { 'outbound.average': 5 }))).toEqual(['interface']);
    expect(step(inbound, {}).policer).toBeUndefined();
    expect(step(outbound, {}, [], 'ovs').policer).toBeUndefined();
  });

  it('is of the other direction on a macvtap', () => {
    expect(forward(step(inbound, {}, [], 'macvtap'))).toEqual(['interface', 'policer-gone 4000000 4096000']);
    expect(step(outbound, {}, [], 'macvtap').policer).toBeUndefined();
  });

  it('that an earlier clearing left goes too, and comes back when that is undone', () => {
    const leftover = step(inbound, {}, held);
    expect(forward(leftover)).toEqual(['interface', 'policer-gone 1000000 1024000']);
    expect(undo(leftover)).toEqual(['interface', 'policer-back 1000000 1024000']);
    const replaced = step({}, outbound, held);
    expect(forward(replaced)).toEqual(['interface']);
    expect(undo(replaced)).toEqual([
      'interface',
      'policer-gone 2000000 524288',
      'policer-back 1000000 1024000',
    ]);
  });

  it('is the same though tc rounds it, and another is not', () => {
    const expected = { rateBps: 1_234_567_000, burstBytes: 1_264_196_608 };
    expect(isSamePolicer({ rateBps: 1_234_500_000, burstBytes: 1_264_196_608 }, expected)).toBe(true);
    expect(
      isSamePolicer({ rateBps: 2_000_000, burstBytes: 524_287 }, { rateBps: 2_000_000, burstBytes: 524_288 }),
    ).toBe(true);
    expect(
      isSamePolicer({ rateBps: 2_000_000, burstBytes: 600_000 }, { rateBps: 2_000_000, burstBytes: 524_288 }),
    ).toBe(false);
    expect(
      isSamePolicer({ rateBps: 2_001_000, burstBytes: 524_288 }, { rateBps: 2_000_000, burstBytes: 524_288 }),
    ).toBe(false);
  });

  it('is made as libvirt makes it', () => {
    const lines = policerLines({
      kind: 'policer-back',
      dev: 'tap1',
      rateBps: 1_000_000,
      burstBytes: 1_024_000,
    });
    expect(lines.map(line => line.join(' '))).toEqual([
      'qdisc add dev tap1 ingress',
      'filter add dev tap1 parent ffff: protocol all u32 match u32 0 0 police rate 1000000bps burst 1024000 mtu 64kb drop flowid :1',
    ]);
  });
});

it('a plan says what is done where libvirt leaves its policer', () => {
  const text = renderPlan(
    {
      schemaVersion: 1,
      domain: { name: 'd', uuid: '09f98f63-fdf2-4829-81b4-107033da62ff', id: 1 },
      scopes: ['live'],
      tuning: {},
      steps: [step(outbound, {})],
      records: [],
      observed: { devices: {}, knobs: [] },
      diagnostics: [],
    },
    (_, words) => words,
  );
  expect(text).toContain('    where libvirt leaves its policer, as 12 does: tc qdisc del dev tap1 ingress\n');
});
