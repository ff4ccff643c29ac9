import { describe, expect, it } from 'vitest';
import type { TuningPlan } from '../../src/plan/plan.ts';
import { readPlanFile, sealPlan } from '../../src/workflow/plan-file.ts';

const plan: TuningPlan = {
  schemaVersion: 1,
  domain: { name: 'vm1', uuid: '11111111-2222-3333-4444-555555555555', id: 3 },
  scopes: ['live'],
  tuning: { live: [{ device: { kind: 'cpu' }, limits: { cpu_shares: 512 }, because: {} }] },
  steps: [
    {
      scope: 'live',
      device: { kind: 'cpu' },
      before: {},
      after: { cpu_shares: 512 },
      changes: [{ parameter: 'cpu_shares', after: 512, reason: 'definition' }],
    },
  ],
  records: [],
  observed: { devices: { live: ['1 vCPUs'] }, knobs: [] },
  diagnostics: [],
};
const saved = JSON.stringify(sealPlan(plan, 'qemu:///system'));

describe('a plan that was saved', () => {
  it('comes back as it was, with its hypervisor', () => {
    const { uri, fingerprint, ...content } = readPlanFile(saved, 'plan.json');
    expect(content).toEqual(plan);
    expect(uri).toBe('qemu:///system');
    expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  it('may have been formatted, or its keys sorted', () => {
    const sorted = JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(saved)).reverse()), null, 4);
    expect(readPlanFile(sorted, 'plan.json').steps).toEqual(plan.steps);
  });

  it.each([
    ['a value that was changed', saved.replaceAll('512', '513'), /'plan.json' was changed after it was made/],
    ['another hypervisor', saved.replace('qemu:///system', 'qemu:///session'), /was changed after/],
    ['text that is not JSON', '{', /'plan.json' is not JSON/],
    ['JSON that is no plan', '{"a":1}', /is not a plan of virt-quota at schemaVersion/],
    ['another version', saved.replace('"schemaVersion":1', '"schemaVersion":2'), /at schemaVersion/],
    ['a limit that would become XML', saved.replaceAll('cpu_shares', 'a><b'), /is not a plan/],
  ])('is refused with %s', (_, text, message) => {
    expect(() => readPlanFile(text, 'plan.json')).toThrow(message);
  });
});
