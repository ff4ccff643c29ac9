import { expect, it } from 'vitest';
import type { DomainDefinition, InterfaceDefinition } from '../../src/domain/definition.ts';
import { auditWith, definition } from './example.ts';

const drift = (now: DomainDefinition['cputune'], then: DomainDefinition['cputune']) =>
  auditWith([], {
    source: 'libvirt',
    definitions: { live: { ...definition, cputune: now }, config: { ...definition, cputune: then } },
  }).findings.map(({ cause, layer, knob }) => `${cause} ${layer} ${knob}`);

it('a quota that comes with the next start is told of, and the period that comes with it is not', () => {
  expect(drift({}, { vcpu_quota: 30_000 })).toEqual(['pending-restart live vcpu_quota']);
  expect(drift({ vcpu_period: 50_000 }, { vcpu_quota: 30_000 })).toEqual(['pending-restart live vcpu_quota']);
});

it('another period of the same quota is told of, and the kernel’s own is none', () => {
  expect(drift({ vcpu_quota: 30_000 }, { vcpu_quota: 30_000, vcpu_period: 50_000 })).toEqual([
    'pending-restart live vcpu_period',
  ]);
  expect(drift({ vcpu_quota: 30_000 }, { vcpu_quota: 30_000, vcpu_period: 100_000 })).toEqual([]);
});

/** An interface of a network on a bridge: libvirt 11.3.0 shows it as `bridge` while the domain runs. */
const ofNetwork = (now: InterfaceDefinition['bandwidth'], then: InterfaceDefinition['bandwidth']) => {
  const nic = { mac: 'fa:16:3e:bb:00:02', dev: 'tap2', source: 'pgnet', managed: true };
  const live = { ...definition, interfaces: [{ ...nic, type: 'bridge', bandwidth: now }] };
  const config = { ...definition, interfaces: [{ ...nic, type: 'network', bandwidth: then }] };
  return auditWith([], { source: 'libvirt', definitions: { live, config } }).findings.map(
    ({ cause, layer, knob }) => `${cause} ${layer} ${knob}`,
  );
};

it("the limits of a port group come back with the next start, although only the running domain's definition has them", () => {
  expect(ofNetwork({ 'inbound.average': 3000, 'outbound.average': 1500 }, {})).toEqual([]);
});

it('those of its own are told of like those of any interface', () => {
  expect(ofNetwork({ 'inbound.average': 3000 }, { 'inbound.average': 3500 })).toEqual([
    'pending-restart live inbound.average',
  ]);
});
