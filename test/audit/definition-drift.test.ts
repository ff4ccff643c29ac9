import { expect, it } from 'vitest';
import type { DomainDefinition } from '../../src/domain/definition.ts';
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
