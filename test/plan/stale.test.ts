import { describe, expect, it } from 'vitest';
import type { HeldKnob, Observed } from '../../src/plan/observed.ts';
import type { TuningPlan } from '../../src/plan/plan.ts';
import { movedSince } from '../../src/plan/stale.ts';

const domain = { name: 'vm1', uuid: '11111111-2222-3333-4444-555555555555', id: 3 };
const weight: HeldKnob = { layer: 'cgroup', subject: 'scope', knob: 'cpu.weight', values: { weight: 100 } };
const limit: HeldKnob = {
  layer: 'cgroup',
  subject: 'vcpu0',
  knob: 'cpu.max',
  values: { quota: 'max', period: 100000 },
};
const police: HeldKnob = { layer: 'tc', subject: 'vnet0', knob: 'police' };
const hidden: HeldKnob = { layer: 'ovs', subject: 'vnet0', knob: 'qos', unreadable: 'no ovs-vsctl' };
const observed: Observed = {
  devices: { live: ['1 vCPUs', 'disk vda /a', 'interface 52:54:00:00:00:01 vnet0'] },
  knobs: [weight, limit, police, hidden],
};
const plan: TuningPlan = {
  schemaVersion: 1,
  domain,
  scopes: ['live'],
  tuning: {},
  steps: [],
  records: [],
  observed,
  diagnostics: [],
};

const moved = (now: Partial<Observed>, then = domain) => movedSince(plan, then, { ...observed, ...now });

describe('a plan is stale', () => {
  it('not at all while everything is as it was, seen or not seen', () => {
    expect(moved({})).toEqual([]);
    expect(moved({ knobs: [weight, limit, police] })).toEqual([]);
  });

  it('when a knob holds something else', () => {
    const changed = { ...limit, values: { quota: 50000, period: 100000 } };
    expect(moved({ knobs: [weight, changed, police] })).toEqual([
      'cgroup vcpu0 cpu.max holds period=100000 quota=50000, and held period=100000 quota=max',
    ]);
  });

  it('when a knob came, or went, or cannot be seen any more', () => {
    expect(moved({ knobs: [weight, limit, { ...police, values: { rateBps: 5 } }] })).toEqual([
      'tc vnet0 police holds rateBps=5, and held nothing',
    ]);
    expect(moved({ knobs: [limit, police] })).toEqual([
      'cgroup scope cpu.weight holds nothing, and held weight=100',
    ]);
    const unseen: HeldKnob = {
      layer: 'cgroup',
      subject: 'scope',
      knob: 'cpu.weight',
      unreadable: 'no such file',
    };
    expect(moved({ knobs: [unseen, limit, police] })).toEqual([
      'cgroup scope cpu.weight holds not readable (no such file), and held weight=100',
    ]);
  });

  it('when the domain was started anew, stopped, or is another one', () => {
    expect(moved({}, { ...domain, id: 4 })).toEqual(['domain running as id 4, and was running as id 3']);
    const { id: _, ...stopped } = domain;
    expect(movedSince(plan, stopped, observed)).toEqual(['domain not running, and was running as id 3']);
    expect(moved({}, { ...domain, uuid: 'other' })[0]).toMatch(/has UUID other/);
  });

  it('when it gained or lost a device, or a tap has another name', () => {
    const live = [
      '1 vCPUs',
      'disk vda /a',
      'interface 52:54:00:00:00:01 vnet7',
      'interface 52:54:00:00:00:02 vnet1',
    ];
    expect(moved({ devices: { live } })).toEqual([
      'live interface 52:54:00:00:00:01 vnet0 is gone',
      'live interface 52:54:00:00:00:01 vnet7 is new',
      'live interface 52:54:00:00:00:02 vnet1 is new',
    ]);
  });
});
