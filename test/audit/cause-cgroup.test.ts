import { describe, expect, it } from 'vitest';
import type { AuditInput } from '../../src/audit/domain-audit.ts';
import type { KnobValues } from '../../src/verify/expectation.ts';
import type { Verdict } from '../../src/verify/verdict.ts';
import { auditWith, link } from './example.ts';

const group = '/sys/fs/cgroup/machine.slice/machine-qemu.scope/libvirt';
const unit = (name: string, properties: readonly (readonly [string, string, string])[] = []) => ({
  name,
  properties: properties.map(([property, value, path]) => ({ name: property, value, path })),
});
const own = { circumstances: { unit: unit('machine-qemu.scope') } };
const around = (...told: Parameters<typeof unit>[1] & object) => ({
  circumstances: { outer: new Map([['machine.slice', unit('machine.slice', told)]]) },
});

const idle = (source: string, text: string, detail: string) =>
  link(['cgroup', 'vcpu0', 'cpu.max'], 'vcpu_quota', {
    outcome: 'fail',
    reason: 'idle',
    expected: { quota: 50_000, period: 100_000 },
    observed: { limit: 'out of force' },
    evidence: { source, text },
    detail,
  });
const unasked = (subject: string, knob: string, expected: KnobValues, observed: KnobValues) => {
  const { expectation, ...verdict } = link(['cgroup', subject, knob], 'vcpu_quota', {
    outcome: 'fail',
    reason: 'different',
    expected,
    observed,
    differs: Object.keys(expected),
    evidence: { source: `${group}/${subject}/${knob}`, text: Object.values(observed).join(' ') },
  });
  return { ...verdict, expectation: { ...expectation, because: [] } };
};

/** The cause of the one finding, the command that sets it right, and what it says. */
function told(verdict: Verdict, changes: Partial<AuditInput> = {}) {
  const [finding] = auditWith([verdict], { source: 'libvirt', ...changes }).findings;
  const { cause, severity, repair, explanation } = finding ?? {};
  return { cause, severity, repair: repair?.argv.join(' '), explanation };
}

describe('the cause of a quota that holds nobody', () => {
  it('is a real-time policy, which one command takes back', () => {
    const detail = 'thread 606 (CPU 0/KVM) has the policy SCHED_FIFO, priority 50, for which no quota counts';
    expect(told(idle('/proc/600/task/606/stat', 'SCHED_FIFO, priority 50', detail))).toEqual({
      cause: 'behind-libvirt',
      severity: 'error',
      repair: 'chrt --other --pid 0 606',
      explanation: `the limit is there, and does not count: ${detail}`,
    });
  });

  it('is a thread that was moved: where it has to be written is said', () => {
    const detail = 'thread 606 (CPU 0/KVM) is in the group of emulator';
    expect(told(idle(`${group}/vcpu0/cgroup.threads`, '', detail))).toMatchObject({
      repair: undefined,
      explanation: expect.stringMatching(
        /^the limit is there .*: thread 606 .* of emulator\. .* write its id .* to \S+\/vcpu0\/cgroup\.threads$/,
      ),
    });
  });

  it('is a process that left its groups: only a start puts it back', () => {
    const detail = "QEMU is in the cgroup '/user.slice', which libvirt has not made";
    expect(told(idle('/proc/600/cgroup', '/user.slice', detail))).toMatchObject({
      repair: undefined,
      explanation: expect.stringMatching(/'\/user\.slice', .* stop and start the domain$/),
    });
  });

  it('is a controller that was taken away', () => {
    const broken = unasked('vcpu0', 'cpu.max', { quota: 50_000 }, { quota: 'max' });
    const evidence = { source: `${group}/cgroup.subtree_control`, text: 'cpuset' };
    expect(told({ ...broken, evidence })).toMatchObject({
      cause: 'behind-libvirt',
      repair: undefined,
      explanation: expect.stringContaining(`${group}/cgroup.subtree_control has 'cpuset'. Write +cpu to it`),
    });
  });
});

describe('the cause of less CPU time than is asked for', () => {
  it('is who else is in the group of a vCPU', () => {
    const broken = unasked('vcpu0', 'cgroup.threads', { threads: 1 }, { threads: 2 });
    expect(told(broken)).toMatchObject({
      cause: 'not-asked-for',
      severity: 'warning',
      repair: undefined,
      explanation: expect.stringContaining('2 threads (2) share what vcpu0 may use'),
    });
  });

  it('is a quota of the machine that was written by hand: systemd writes none over it', () => {
    const broken = unasked('scope', 'cpu.max', { quota: 'max' }, { quota: 30_000, period: 100_000 });
    expect(told(broken, own)).toMatchObject({
      cause: 'not-asked-for',
      repair: 'systemctl set-property --runtime machine-qemu.scope CPUQuota=',
    });
    expect(told(broken)).toMatchObject({
      repair: undefined,
      explanation: expect.stringMatching(/ Write max to \S+\/scope\/cpu\.max$/),
    });
    const v1 = unasked('scope', 'cpu.cfs_quota_us', { quota: 'max' }, { quota: 30_000 });
    expect(told(v1).explanation).toMatch(/ Write -1 to \S+\/cpu\.cfs_quota_us$/);
  });

  it('is a quota of a slice, by hand or through systemd, for good or until the next boot', () => {
    const broken = unasked('machine.slice', 'cpu.max', { quota: 'max' }, { quota: 50_000, period: 100_000 });
    expect(told(broken, around())).toMatchObject({
      cause: 'not-asked-for',
      repair: 'systemctl set-property --runtime machine.slice CPUQuota=',
      explanation: expect.stringContaining('all that is in machine.slice, this domain among others'),
    });
    const folder = 'systemd/system.control/machine.slice.d/50-CPUQuota.conf';
    expect(told(broken, around(['CPUQuota', '50%', `/etc/${folder}`]))).toMatchObject({
      cause: 'systemd-override',
      repair: 'systemctl set-property machine.slice CPUQuota=',
    });
    expect(told(broken, around(['CPUQuota', '50%', `/run/${folder}`])).repair).toBe(
      'systemctl set-property --runtime machine.slice CPUQuota=',
    );
    expect(told(broken).explanation).toMatch(/ Write max to \S+\/machine\.slice\/cpu\.max$/);
  });
});

describe('the cause of a weight that counts for nothing', () => {
  const broken = (subject: string) => unasked(subject, 'cpu.idle', { idle: 0 }, { idle: 1 });

  it('is an idle machine: where libvirt has systemd write its weight, that ends it', () => {
    const weight = {
      ...broken('scope'),
      expectation: { ...broken('scope').expectation, parameters: ['cpu_shares'] as const },
    };
    expect(told(weight, own)).toMatchObject({
      cause: 'not-asked-for',
      severity: 'error',
      repair: 'virsh schedinfo vm1 cpu_shares=512 --live',
    });
    const v1 = { ...own, facts: { ovsPorts: new Set<string>(), cgroupVersion: 1 as const } };
    expect(told(weight, v1)).toMatchObject({
      repair: undefined,
      explanation: expect.stringMatching(/ Write 0 to \S+\/scope\/cpu\.idle, then the weight again$/),
    });
  });

  it('is what systemd was told', () => {
    const idleTold = {
      circumstances: { unit: unit('machine-qemu.scope', [['CPUWeight', 'idle', '/run/w.conf']]) },
    };
    expect(told(broken('scope'), idleTold)).toMatchObject({
      cause: 'systemd-override',
      explanation: expect.stringContaining('CPUWeight=idle'),
    });
  });

  it('is an idle slice, or the idle group of a vCPU', () => {
    expect(told(broken('machine.slice'), around())).toMatchObject({
      cause: 'not-asked-for',
      severity: 'warning',
      repair: 'systemctl set-property --runtime machine.slice CPUWeight=',
    });
    expect(told(broken('vcpu0'), own)).toMatchObject({
      repair: undefined,
      explanation: expect.stringMatching(/ Write 0 to \S+\/vcpu0\/cpu\.idle,/),
    });
  });
});
