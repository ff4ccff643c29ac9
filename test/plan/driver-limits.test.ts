import { describe, expect, it } from 'vitest';
import { withinDriver } from '../../src/plan/driver-limits.ts';
import type { Step, TuningPlan } from '../../src/plan/plan.ts';

const step = (scope: Step['scope'], device: Step['device']): Step => ({
  scope,
  device,
  before: {},
  after: {},
  changes: [],
});
const cpu = { kind: 'cpu' } as const;
const disk = { kind: 'disk', target: 'vda' } as const;
const nic = { kind: 'interface', mac: '52:54:00:00:00:01' } as const;
const steps = [step('live', cpu), step('live', disk), step('live', nic), step('config', cpu)];
const plan: TuningPlan = {
  schemaVersion: 1,
  domain: { name: 'd', uuid: '7ca1f2d4-8a5e-4a53-9a0c-7c9f4f0d2b11' },
  scopes: ['live', 'config'],
  tuning: {},
  steps,
  records: [],
  observed: { devices: {}, knobs: [] },
  diagnostics: [],
};

describe('a plan for what the driver can do', () => {
  it('leaves out on the test driver what it cannot do live, and says so', () => {
    const { steps: left, diagnostics } = withinDriver(plan, 'Test');
    expect(left).toEqual([step('live', nic), step('config', cpu)]);
    expect(diagnostics).toEqual([
      { code: 'driver-cannot', severity: 'info', path: 'cpu', args: { driver: 'Test' } },
      { code: 'driver-cannot', severity: 'info', path: 'disk vda', args: { driver: 'Test' } },
    ]);
  });

  it('leaves out nothing on QEMU', () => {
    expect(withinDriver(plan, 'QEMU')).toEqual(plan);
  });
});
