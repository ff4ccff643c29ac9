import type { HostPlan } from '../../src/plan/host-plan.ts';
import type { Step, TuningPlan } from '../../src/plan/plan.ts';

const cpu: Step = {
  scope: 'live',
  device: { kind: 'cpu' },
  before: { cpu_shares: 1024 },
  after: { cpu_shares: 512, vcpu_quota: 50_000, vcpu_period: 100_000 },
  changes: [
    { parameter: 'cpu_shares', before: 1024, after: 512, because: 'quota:cpu_shares', reason: 'definition' },
    { parameter: 'vcpu_quota', after: 50_000, reason: 'enforcer', knob: 'cgroup vcpu0 cpu.max' },
  ],
};
const disk: Step = {
  scope: 'live',
  device: { kind: 'disk', target: 'vda' },
  before: { total_bytes_sec: 1_048_576, group_name: 'g' },
  after: { total_bytes_sec: 0 },
  changes: [{ parameter: 'total_bytes_sec', before: 1_048_576, reason: 'definition' }],
};
const nic: Step = {
  scope: 'live',
  device: { kind: 'interface', mac: '52:54:00:00:00:01', id: 'vnet1' },
  before: { 'outbound.average': 1000, 'outbound.burst': 2000 },
  after: { 'inbound.average': 1000, 'inbound.peak': 1000 },
  changes: [{ parameter: 'inbound.average', after: 1000, reason: 'definition' }],
  enforcer: 'tap',
  dev: 'vnet1',
  policer: { dev: 'vnet1', left: { rateBps: 1_000_000, burstBytes: 2_048_000 } },
};
const native: Step = { ...nic, enforcer: 'ovs-native' };
const config: Step = { ...cpu, scope: 'config' };

/** A plan with a step of every kind. */
export const savedPlan: TuningPlan = {
  schemaVersion: 1,
  domain: { name: 'vm1', uuid: '11111111-2222-3333-4444-555555555555', id: 3 },
  scopes: ['live', 'config'],
  tuning: {
    live: [{ device: { kind: 'cpu' }, limits: cpu.after, because: { cpu_shares: 'quota:cpu_shares' } }],
  },
  ovsNative: true,
  steps: [cpu, disk, nic, native, config],
  records: [
    {
      scope: 'live',
      after: { flavor: 'm1', at: '2026-11-20T17:00:00Z', asked: { 'quota:cpu_shares': '512' } },
    },
  ],
  observed: {
    devices: { live: ['1 vCPUs', 'vda'] },
    knobs: [
      { layer: 'cgroup', subject: 'scope', knob: 'cpu.weight', values: { weight: 39 } },
      { layer: 'tc', subject: 'vnet1', knob: 'police', unreadable: 'permission denied' },
    ],
  },
  diagnostics: [{ code: 'unknown-key', severity: 'warning', path: 'quota:x' }],
};

/** A change of the host: a profile's tree. */
export const savedHostPlan: HostPlan<unknown> = {
  schemaVersion: 1,
  kind: 'profile',
  subject: 'eth0',
  changes: [{ knob: 'tc eth0 class htb 1:10', before: { rate: 1 }, after: { rate: 2 }, because: ['vms'] }],
  steps: [
    {
      name: 'tree of eth0',
      forward: [{ lines: [['class', 'change', 'dev', 'eth0', 'classid', '1:10', 'htb', 'rate', '2bps']] }],
      undo: [{ lines: [['class', 'change', 'dev', 'eth0', 'classid', '1:10', 'htb', 'rate', '1bps']] }],
    },
  ],
  demands: [
    { layer: 'tc', subject: 'eth0', knob: 'class htb 1:10', expected: { rate: 2 }, because: ['vms'] },
  ] as unknown as HostPlan['demands'],
  observed: [{ layer: 'tc', subject: 'eth0', knob: 'class htb 1:10', values: { rate: 1 } }],
  diagnostics: [],
};
