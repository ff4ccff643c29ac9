import { describe, expect, it } from 'vitest';
import { expectDomain } from '../../src/verify/expect.ts';
import { judge } from '../../src/verify/judge.ts';
import { observeCgroup } from '../../src/workflow/observe-cgroup.ts';
import { hostOf } from '../host/host-of.ts';
import { limited } from '../verify/example.ts';

// A running domain of two vCPUs with half a CPU each, as trixie has it; each case changes some files.
const root = '/sys/fs/cgroup';
const scope = `${root}/machine.slice/machine-qemu\\x2d1\\x2dvm.scope`;
const path = '/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/libvirt';
const domain = { ...limited, disks: [], interfaces: [] };

/** `/proc/PID/task/TID/stat` of Linux 6.12, with the policy that a thread has. */
function stat(id: number, name: string, policy = 0, priority = 0): string {
  const before = `S 1 600 600 0 -1 4194560 5066 0 2 0 15 3 0 0 20 0 5 0 3514 958296064 15000 18446744073709551615 1 1 0 0 0 0 0 4096 81920 0 0 0 -1 1`;
  return `${id} (${name}) ${before} ${priority} ${policy} 0 0 0 0 0 0 0 0 0 0 0\n`;
}

function task(id: number, name: string, group: string, policy = 0, priority = 0): Record<string, string> {
  return {
    [`/proc/600/task/${id}/stat`]: stat(id, name, policy, priority),
    [`/proc/600/task/${id}/cgroup`]: `0::${group.startsWith('/') ? group : `${path}/${group}`}\n`,
  };
}

const files: Readonly<Record<string, string>> = {
  '/run/libvirt/qemu/vm.pid': '600\n',
  '/proc/600/cgroup': `0::${path}/emulator\n`,
  '/proc/self/mounts': `cgroup2 ${root} cgroup2 rw 0 0\n`,
  '/sys/devices/system/cpu/online': '0-7\n',
  ...task(600, 'qemu-system-x86', 'emulator'),
  ...task(604, 'qemu-system-x86', 'emulator'),
  ...task(606, 'CPU 0/KVM', 'vcpu0'),
  ...task(607, 'CPU 1/KVM', 'vcpu1'),
  [`${root}/cgroup.subtree_control`]: 'cpuset cpu io memory pids\n',
  [`${root}/machine.slice/cpu.max`]: 'max 100000\n',
  [`${root}/machine.slice/cpu.idle`]: '0\n',
  [`${root}/machine.slice/cgroup.subtree_control`]: 'cpuset cpu io memory pids\n',
  [`${scope}/cpu.weight`]: '512\n',
  [`${scope}/cpu.max`]: 'max 100000\n',
  [`${scope}/cgroup.subtree_control`]: 'cpuset cpu io memory\n',
  [`${scope}/libvirt/cpu.max`]: 'max 100000\n',
  [`${scope}/libvirt/cgroup.subtree_control`]: 'cpuset cpu\n',
  [`${scope}/libvirt/emulator/cpu.max`]: 'max 100000\n',
  [`${scope}/libvirt/emulator/cgroup.threads`]: '600\n604\n',
  [`${scope}/libvirt/vcpu0/cpu.max`]: '50000 100000\n',
  [`${scope}/libvirt/vcpu0/cgroup.threads`]: '606\n',
  [`${scope}/libvirt/vcpu1/cpu.max`]: '50000 100000\n',
  [`${scope}/libvirt/vcpu1/cgroup.threads`]: '607\n',
};

type Changes = Readonly<Record<string, string | undefined>>;

/** Every verdict on CPU time that is no pass, in a line. */
async function told(
  changes: Changes = {},
  {
    cputune = domain.cputune,
    unreadable = {},
  }: { cputune?: typeof domain.cputune; unreadable?: Record<string, string> } = {},
): Promise<readonly string[]> {
  const entries = Object.entries({ ...files, ...changes }).flatMap(([name, text]) =>
    text === undefined ? [] : [[name, text] as const],
  );
  const live = { ...domain, cputune };
  const { readings, facts } = await observeCgroup(hostOf(Object.fromEntries(entries), unreadable), live, []);
  const known = { ovsPorts: new Set<string>(), macvtaps: new Set<string>() };
  const expectations = expectDomain({ asked: {}, live, facts: { ...known, ...facts }, scopes: ['live'] });
  const ofCpu = expectations.filter(({ device, layer }) => device.kind === 'cpu' && layer === 'cgroup');
  return judge(ofCpu, readings).flatMap(
    ({ expectation: { subject, knob }, outcome, reason, detail, observed }) =>
      outcome === 'pass' || reason === 'follows'
        ? []
        : [`${subject} ${knob}: ${outcome}, ${reason}: ${detail ?? JSON.stringify(observed)}`],
  );
}

const slice = `${root}/machine.slice`;
const whole = { global_quota: 100_000, global_period: 100_000 };
const emulator = { emulator_quota: 20_000, emulator_period: 100_000 };

describe('limits of CPU time hold', () => {
  it('where every thread is in its group, and of the fair class', async () => {
    expect(await told()).toEqual([]);
  });

  it.each<[string, Changes]>([
    ['SCHED_BATCH', task(606, 'CPU 0/KVM', 'vcpu0', 3)],
    ['SCHED_IDLE', task(606, 'CPU 0/KVM', 'vcpu0', 5)],
    ['real time, in a thread that is not limited', task(604, 'qemu-system-x86', 'emulator', 1, 50)],
  ])('for a thread of %s', async (_what, changes) => {
    expect(await told(changes)).toEqual([]);
  });

  it.each<[string, Changes]>([
    ['a quota that gives more than the domain can use', { [`${slice}/cpu.max`]: '200000 100000\n' }],
    [
      'a quota of as much as the host has',
      { [`${slice}/cpu.max`]: '100000 100000\n', '/sys/devices/system/cpu/online': '0\n' },
    ],
    ['cpu.idle that is 0', { [`${scope}/cpu.idle`]: '0\n', [`${scope}/libvirt/vcpu0/cpu.idle`]: '0\n' }],
    ['a scheduler of sched_ext that is not loaded', { '/sys/kernel/sched_ext/state': 'disabled\n' }],
    [
      'vCPUs that QEMU numbers otherwise',
      { ...task(606, 'CPU 1/KVM', 'vcpu0'), ...task(607, 'CPU 4/KVM', 'vcpu1') },
    ],
  ])('beside %s', async (_what, changes) => {
    expect(await told(changes)).toEqual([]);
  });

  it('where nothing is limited and the kernel has no files for it', async () => {
    const gone = Object.fromEntries(
      Object.keys(files)
        .filter(name => /libvirt\/.*cpu\.max$/.test(name))
        .map(name => [name, undefined]),
    );
    const changes = { ...gone, [`${scope}/libvirt/cgroup.subtree_control`]: 'cpuset\n' };
    expect(await told(changes, { cputune: { cpu_shares: 512 } })).toEqual([]);
  });

  it("where the kernel's thread that serves a virtual machine was begun by a vCPU", async () => {
    const changes = {
      [`${scope}/libvirt/vcpu0/cgroup.threads`]: '606\n613\n',
      ...task(613, 'kvm-nx-lpage-re', 'vcpu0'),
    };
    expect(await told(changes)).toEqual([]);
    const all = { ...changes, [`${scope}/libvirt/emulator/cpu.max`]: '20000 100000\n' };
    expect(await told(all, { cputune: { ...domain.cputune, ...emulator } })).toEqual([]);
  });

  it('for workers that an I/O thread has begun, beside a limited emulator', async () => {
    const changes = {
      [`${scope}/libvirt/emulator/cpu.max`]: '20000 100000\n',
      [`${scope}/libvirt/iothread1/cpu.max`]: 'max 100000\n',
      [`${scope}/libvirt/iothread1/cgroup.threads`]: '610\n611\n',
      ...task(610, 'IO iothread1', 'iothread1'),
      ...task(611, 'worker', 'iothread1'),
    };
    expect(await told(changes, { cputune: { ...domain.cputune, ...emulator } })).toEqual([]);
  });
});

describe('limits of CPU time do not hold', () => {
  it.each<[string, Changes, readonly string[]]>([
    [
      'a thread of real time',
      task(606, 'CPU 0/KVM', 'vcpu0', 1, 50),
      [
        'vcpu0 cpu.max: fail, idle: thread 606 (CPU 0/KVM) has the policy SCHED_FIFO, priority 50, for which no quota counts',
      ],
    ],
    [
      'a thread with a deadline',
      task(607, 'CPU 1/KVM', 'vcpu1', 6),
      [
        'vcpu1 cpu.max: fail, idle: thread 607 (CPU 1/KVM) has the policy SCHED_DEADLINE, for which no quota counts',
      ],
    ],
    [
      "a thread in the emulator's group",
      {
        ...task(607, 'CPU 1/KVM', 'emulator'),
        [`${scope}/libvirt/vcpu1/cgroup.threads`]: '',
        [`${scope}/libvirt/emulator/cgroup.threads`]: '600\n604\n607\n',
      },
      ['vcpu1 cpu.max: fail, idle: thread 607 (CPU 1/KVM) is in the group of emulator'],
    ],
    [
      'two threads in a third group',
      {
        ...task(606, 'CPU 0/KVM', `${path}/third`),
        ...task(607, 'CPU 1/KVM', `${path}/third`),
        [`${scope}/libvirt/vcpu0/cgroup.threads`]: '',
        [`${scope}/libvirt/vcpu1/cgroup.threads`]: '',
      },
      [
        `vcpu0 cpu.max: fail, idle: thread 606 (CPU 0/KVM) is in ${path}/third`,
        `vcpu1 cpu.max: fail, idle: thread 607 (CPU 1/KVM) is in ${path}/third`,
      ],
    ],
    [
      'two threads in the group of one',
      {
        ...task(607, 'CPU 1/KVM', 'vcpu0'),
        [`${scope}/libvirt/vcpu0/cgroup.threads`]: '606\n607\n',
        [`${scope}/libvirt/vcpu1/cgroup.threads`]: '',
      },
      [
        'vcpu1 cpu.max: fail, idle: thread 607 (CPU 1/KVM) is in the group of vcpu0',
        'vcpu0 cgroup.threads: fail, different: {"threads":2}',
      ],
    ],
    [
      'a thread of another process in the group of one',
      { [`${scope}/libvirt/vcpu0/cgroup.threads`]: '606\n4711\n' },
      ['vcpu0 cgroup.threads: fail, different: {"threads":2}'],
    ],
    [
      'a thread of another process in its place',
      {
        ...task(606, 'CPU 0/KVM', 'emulator'),
        [`${scope}/libvirt/vcpu0/cgroup.threads`]: '4711\n',
        [`${scope}/libvirt/emulator/cgroup.threads`]: '600\n604\n606\n',
      },
      ['vcpu0 cpu.max: fail, idle: thread 606 (CPU 0/KVM) is in the group of emulator'],
    ],
    [
      'a quota above that is less than the domain can use',
      { [`${slice}/cpu.max`]: '150000 100000\n' },
      ['machine.slice cpu.max: fail, different: {"quota":150000,"period":100000}'],
    ],
    [
      'an idle slice',
      { [`${slice}/cpu.idle`]: '1\n' },
      ['machine.slice cpu.idle: fail, different: {"idle":1}'],
    ],
    [
      'an idle scope, whose weight the kernel does not show',
      { [`${scope}/cpu.idle`]: '1\n', [`${scope}/cpu.weight`]: '1\n' },
      ['scope cpu.idle: fail, different: {"idle":1}'],
    ],
    [
      'an idle group of a vCPU',
      { [`${scope}/libvirt/vcpu0/cpu.idle`]: '1\n' },
      ['vcpu0 cpu.idle: fail, different: {"idle":1}'],
    ],
  ])('beside %s', async (_what, changes, expected) => {
    expect(await told(changes)).toEqual(expected);
  });

  it('where the controller is taken away from the groups of the threads', async () => {
    const changes = {
      [`${scope}/libvirt/vcpu0/cpu.max`]: undefined,
      [`${scope}/libvirt/vcpu1/cpu.max`]: undefined,
      [`${scope}/libvirt/vcpu0/cgroup.threads`]: '606\n',
      [`${scope}/libvirt/cgroup.subtree_control`]: 'cpuset\n',
    };
    expect(await told(changes)).toEqual([
      'vcpu0 cpu.max: fail, different: {"quota":"max"}',
      'vcpu1 cpu.max: fail, different: {"quota":"max"}',
    ]);
  });

  it('of the whole domain where one thread is outside or of real time', async () => {
    const cputune = { ...domain.cputune, ...whole };
    const quota = { [`${scope}/libvirt/cpu.max`]: '100000 100000\n' };
    const outside = {
      ...task(604, 'qemu-system-x86', '/user.slice'),
      [`${scope}/libvirt/emulator/cgroup.threads`]: '600\n',
    };
    expect(await told(quota, { cputune })).toEqual([]);
    expect(await told({ ...quota, ...outside }, { cputune })).toEqual([
      'libvirt cpu.max: fail, idle: thread 604 (qemu-system-x86) is in /user.slice',
    ]);
    expect(await told({ ...quota, ...task(604, 'vhost-600', 'emulator', 2, 1) }, { cputune })).toEqual([
      'libvirt cpu.max: fail, idle: thread 604 (vhost-600) has the policy SCHED_RR, priority 1, for which no quota counts',
    ]);
  });

  it("of the emulator where its thread is in a vCPU's group", async () => {
    const cputune = { ...domain.cputune, ...emulator };
    const changes = {
      [`${scope}/libvirt/emulator/cpu.max`]: '20000 100000\n',
      [`${scope}/libvirt/emulator/cgroup.threads`]: '604\n',
      [`${scope}/libvirt/vcpu0/cgroup.threads`]: '600\n606\n',
      '/proc/600/cgroup': `0::${path}/vcpu0\n`,
      ...task(600, 'qemu-system-x86', 'vcpu0'),
    };
    expect(await told(changes, { cputune })).toEqual([
      'emulator cpu.max: fail, idle: thread 600 (qemu-system-x86) is in the group of vcpu0',
      'vcpu0 cgroup.threads: fail, different: {"threads":2}',
    ]);
  });
});

describe('a process that was moved out of libvirt’s groups', () => {
  const moved = (to: string): Changes => ({
    '/proc/600/cgroup': `0::${to}\n`,
    ...task(600, 'qemu-system-x86', to),
    ...task(604, 'qemu-system-x86', to),
    ...task(606, 'CPU 0/KVM', to),
    ...task(607, 'CPU 1/KVM', to),
  });
  const where = (to: string) =>
    `QEMU is in the cgroup '${to}', which libvirt has not made: no limit of the domain reaches it there`;

  it.each(['/', '/user.slice', '/system.slice/libvirtd.service'])('has no limit in %s', async to => {
    expect(await told(moved(to))).toEqual([
      `scope cpu.weight: fail, idle: ${where(to)}`,
      `vcpu0 cpu.max: fail, idle: ${where(to)}`,
      `vcpu1 cpu.max: fail, idle: ${where(to)}`,
    ]);
  });

  it('has what limits it there, which holds by chance where it is the same', async () => {
    const quota = (text: string) => ({ ...moved('/elsewhere'), [`${root}/elsewhere/cpu.max`]: text });
    expect((await told(quota('70000 100000\n'))).slice(1)).toEqual([
      'vcpu0 cpu.max: fail, different: {"quota":70000,"period":100000}',
      'vcpu1 cpu.max: fail, different: {"quota":70000,"period":100000}',
    ]);
    expect((await told(quota('50000 100000\n'))).slice(1)).toEqual([
      `vcpu0 cpu.max: inconclusive, unproved: ${where('/elsewhere')}`,
      `vcpu1 cpu.max: inconclusive, unproved: ${where('/elsewhere')}`,
    ]);
  });

  it('is found where its vCPUs are when only its main thread was moved', async () => {
    expect(await told({ '/proc/600/cgroup': `0::${path}\n` })).toEqual([]);
  });

  it('cannot be judged in a layout that is not known', async () => {
    const to = '/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/payload';
    for (const line of await told(moved(to))) {
      expect(line).toMatch(
        /inconclusive, unreadable: process 600 is in the cgroup .* no place that libvirt is known to make/,
      );
    }
  });
});

describe('limits of CPU time cannot be judged', () => {
  it.each<[string, Changes, string]>([
    [
      'a policy that is not known',
      task(606, 'CPU 0/KVM', 'vcpu0', 7),
      'thread 606 (CPU 0/KVM) has the policy SCHED_EXT: whether a quota counts for it is not known',
    ],
    [
      'a group of its own below',
      { ...task(606, 'CPU 0/KVM', `${path}/vcpu0/below`), [`${scope}/libvirt/vcpu0/cgroup.threads`]: '' },
      `thread 606 (CPU 0/KVM) is in ${path}/vcpu0/below, which libvirt has not made`,
    ],
    [
      'threads without names',
      { ...task(606, 'qemu-system-x86', 'vcpu0'), ...task(607, 'qemu-system-x86', 'vcpu1') },
      "QEMU has not named its threads: which are vCPUs' is not known",
    ],
    [
      'a stat that says something else',
      { '/proc/600/task/606/stat': '606 (CPU 0/KVM) S\n' },
      "thread 606: '/proc/600/task/606/stat' says nothing that is understood",
    ],
  ])('beside %s', async (_what, changes, why) => {
    const lines = await told(changes);
    expect(lines[0]).toBe(`vcpu0 cpu.max: inconclusive, unproved: ${why}`);
  });

  it('where a scheduler was loaded that decides for ordinary threads', async () => {
    expect(await told({ '/sys/kernel/sched_ext/state': 'enabled\n' })).toEqual(
      ['vcpu0', 'vcpu1'].map(
        subject =>
          `${subject} cpu.max: inconclusive, unproved: a scheduler of sched_ext is enabled: whether it knows quotas is not known`,
      ),
    );
  });

  it('where a file cannot be read: of the threads, of a group around', async () => {
    const denied = (file: string) => ({ unreadable: { [file]: `'${file}' cannot be read: EACCES` } });
    const threads = `${scope}/libvirt/vcpu0/cgroup.threads`;
    expect((await told({}, denied(threads)))[0]).toBe(
      `vcpu0 cpu.max: inconclusive, unproved: '${threads}' cannot be read: EACCES`,
    );
    expect(await told({}, denied(`${slice}/cpu.max`))).toEqual([
      `machine.slice cpu.max: inconclusive, unreadable: '${slice}/cpu.max' cannot be read: EACCES`,
    ]);
  });

  it('but for a capture from before threads were looked at, which is judged by what it has', async () => {
    const unasked = (file: string) => ({ [file]: `'${file}': not in the capture` });
    const unreadable = {
      ...unasked('/proc/600/task/606/stat'),
      ...unasked(`${slice}/cpu.max`),
      ...unasked('/sys/kernel/sched_ext/state'),
      ...unasked(`${scope}/libvirt/vcpu1/cgroup.threads`),
    };
    expect(await told({}, { unreadable })).toEqual([]);
    const empty = { [`${scope}/libvirt/vcpu0/cgroup.threads`]: '' };
    expect(
      (await told(empty, { unreadable: unasked('/proc/600/task/606/stat') })).map(line => line.slice(0, 26)),
    ).toEqual(['vcpu0 cpu.max: fail, idle:']);
  });
});
