import { expect, test } from 'vitest';
import type { DomainAudit } from '../../../src/audit/domain-audit.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { broken, type Case } from './case.ts';
import { afterRepair, firstOfItsKind } from './repairs.ts';
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

test('what has no command is by hand where its explanation says what to do', async () => {
  const finding = { layer: 'tc', subject: 'tap1', knob: 'inbound.average', cause: 'cannot-be-limited' };
  const told = (explanation: string) =>
    ({ findings: [{ ...finding, explanation }] }) as unknown as DomainAudit;
  const left = (audit: DomainAudit) => afterRepair({} as Hypervisor, audit, async () => audit);
  const line = 'tc tap1 inbound.average: cannot-be-limited';
  expect(await left(told('nothing limits it. Remove the limit from what is asked'))).toEqual([
    `by hand: ${line}`,
  ]);
  expect(await left(told('nothing limits it'))).toEqual([line]);
});
