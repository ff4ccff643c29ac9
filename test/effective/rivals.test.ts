import { expect, it } from 'vitest';
import type { DomainDefinition } from '../../src/domain/definition.ts';
import { rivals } from '../../src/effective/rivals.ts';
import { parseTcRules } from '../../src/observed/tc-path/rule.ts';
import { diagnosticLine } from '../../src/report/diagnostic-text.ts';

const mac = '52:54:00:00:00:01';
const definition: DomainDefinition = {
  name: 'vm',
  uuid: '',
  vcpus: 1,
  cputune: {},
  memtune: {},
  blkiotune: {},
  hostDevices: [],
  disks: [],
  interfaces: [{ mac, type: 'bridge', dev: 'tap1', managed: true, bandwidth: {} }],
};
const filter = (pref: number, kind: string) => `filter protocol all pref ${pref} ${kind} chain 0 handle 0x1
  match 00000000/00000000 at 0
 police 0x2 rate 4Mbit burst 100Kb mtu 64Kb action drop overhead 0b
`;
const factsWith = (filters: string) => ({
  ovsPorts: new Set<string>(),
  macvtaps: new Set<string>(),
  taps: new Map([['tap1', { classes: [], ingress: parseTcRules(filters) }]]),
});
const outbound = {
  device: { kind: 'interface', mac },
  limits: { 'outbound.average': 1000 },
  because: {},
} as const;

it('a system that limits what is asked to be limited is named before anything is written', () => {
  const found = rivals(definition, factsWith(filter(49, 'u32')), [outbound]);
  expect(found.map(diagnosticLine)).toEqual([
    "warning: interface 52:54:00:00:00:01/outbound is limited by Neutron's agent too (tc tap1 police pref 49 u32, 500000 B/s): the last writer wins, and neither is told; virt-quota effective says which counts",
  ]);
  expect(rivals(definition, factsWith(filter(5, 'basic')), [outbound])).toMatchObject([
    { code: 'limited-by-other-too', args: { owner: 'MidoNet' } },
  ]);
});

it('nobody is a rival where nothing is asked, or nobody knows whose it is', () => {
  expect(rivals(definition, factsWith(filter(49, 'u32')), [])).toEqual([]);
  expect(rivals(definition, factsWith(filter(7, 'u32')), [outbound])).toEqual([]);
});
