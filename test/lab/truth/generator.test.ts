import { describe, expect, test } from 'vitest';
import { cpuState } from './cpu-states.ts';
import { diskState } from './disk-states.ts';
import { turnOf, turnsOf } from './numbers.ts';
import { ovsState } from './ovs-states.ts';
import { tcState } from './tc-states.ts';

const devices = { tap: 'tap0', partner: 'vqp0', ifb: 'vqi0' };
const port = { tap: 'tap0', qos: 'row1', queue: 'row2' };
const makers = {
  tc: (seed: number, number: number) => tcState(seed, number, 0, devices),
  ovs: (seed: number, number: number) => ovsState(seed, number, 0, port),
  cpu: (seed: number, number: number) => cpuState(seed, number, 0, { isV2: true }),
  disk: (seed: number, number: number) => diskState(seed, number, 0, 4),
};

describe.each(Object.entries(makers))('states of %s', (_, make) => {
  const all = Array.from({ length: 200 }, (__, number) => make(7, number));

  test('are the same for the same seed and number', () => {
    expect(Array.from({ length: 200 }, (__, number) => make(7, 199 - number)).reverse()).toEqual(all);
  });

  test('differ from one another, and with another seed', () => {
    const scripts = new Set(all.map(({ script }) => script.join('\n')));
    expect(scripts.size).toBeGreaterThan(25);
    expect(make(8, 3).script).not.toEqual(make(7, 3).script);
  });
});

describe('states of tc', () => {
  const all = Array.from({ length: 400 }, (_, number) => tcState(3, number, 0, devices));

  test('name devices, and nothing that stands for one', () => {
    for (const { script } of all) expect(script.join('\n')).not.toMatch(/\b(?:T|P|I|N|HOOK)\b/);
  });

  test('have one qdisc in the hook at most, and clsact has its own names', () => {
    for (const { script } of all) {
      const hooks = script.filter(line =>
        /^tc qdisc add dev tap0 (?:ingress|clsact|ingress_block)/.test(line),
      );
      expect(hooks.length).toBeLessThanOrEqual(1);
      if (hooks[0]?.endsWith('clsact')) expect(script.join('\n')).not.toContain('dev tap0 parent ffff:');
    }
  });
});

describe('numbers of states', () => {
  test('have their area and their place whatever else is made', () => {
    expect(turnsOf(['tc', 'ovs', 'cpu', 'disk'], 25).map(({ number }) => number)).toEqual([
      ...Array(25).keys(),
    ]);
    expect(turnsOf(['disk'], 3)).toEqual([
      { number: 9, area: 'disk', ordinal: 0 },
      { number: 19, area: 'disk', ordinal: 1 },
      { number: 29, area: 'disk', ordinal: 2 },
    ]);
    expect(turnOf(17)).toEqual({ number: 17, area: 'ovs', ordinal: 3 });
  });
});
