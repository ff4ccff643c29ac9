import { expect, test } from 'vitest';
import { broken, type Case } from './case.ts';
import { firstOfItsKind } from './repairs.ts';
import type { Scene } from './scene.ts';

test('a sample has the first case of each kind: whom, what, why, and whether anybody asks', () => {
  const scene = {} as Scene;
  const one = (actor: Case['actor'], knob: string, rest: Partial<Case> = {}): Case => ({
    what: knob,
    actor,
    found: () => broken('behind-libvirt', knob),
    ...rest,
  });
  const isFirst = firstOfItsKind();
  const tried = [
    one('full', 'tc tap1 police'),
    one('full', 'tc tap1 class htb 1:1'),
    one('full', 'ovs tap1 qos'),
    one('full', 'ovs tap1 qos other_config:burst'),
    one('own', 'ovs tap1 qos'),
    one('full', 'tc tap2 police', { asked: 'told' }),
    one('full', 'tc tap2 police', { found: () => broken('unit-slip', 'tc tap2 police') }),
    one('full', 'tc tap3 police'),
  ];
  expect(tried.map(each => isFirst(each, scene))).toEqual([true, true, true, false, true, true, true, false]);
});
