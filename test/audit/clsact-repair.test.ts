import { expect, it } from 'vitest';
import { clsactRepair } from '../../src/audit/clsact-repair.ts';
import type { HostFacts } from '../../src/verify/host-facts.ts';
import type { Verdict } from '../../src/verify/verdict.ts';
import { definition, mac } from './example.ts';

const police: Verdict['expectation'] = {
  layer: 'tc',
  subject: 'tap1',
  knob: 'police',
  device: { kind: 'interface', mac },
  parameters: ['outbound.average'],
  because: ['quota:vif_outbound_average'],
};
const clsact = { handle: 'ffff:', parent: 'ffff:fff1', options: '', text: '' };
const withQdisc = (kind: string): HostFacts['taps'] =>
  new Map([['tap1', { classes: [], ingress: [], qdiscs: [{ ...clsact, kind }] }]]);

it('takes clsact away first, beside which libvirt cannot make an ingress qdisc', () => {
  expect(clsactRepair(police, definition, withQdisc('clsact'))?.argv).toEqual([
    'sh',
    '-c',
    'tc qdisc del dev tap1 clsact && virsh domiftune vm1 52:54:00:00:00:01 --outbound 1000 --live',
  ]);
});

it('leaves clsact where it is in no way of libvirt', () => {
  expect(clsactRepair(police, definition, withQdisc('ingress'))).toBeUndefined();
  expect(clsactRepair({ ...police, layer: 'live' }, definition, withQdisc('clsact'))).toBeUndefined();
  const interfaces = definition.interfaces.map(nic => ({ ...nic, bandwidth: {} }));
  expect(clsactRepair(police, { ...definition, interfaces }, withQdisc('clsact'))).toBeUndefined();
});
