import {
  cpuKnobValues,
  deviceLine,
  devicesWithLines,
  parseIoMax,
  parseIoWeight,
  parseMemoryLimit,
} from '../../src/observed/cgroup-knob.ts';
import {
  groupsDownTo,
  locateControllerCgroup,
  locateDomainCgroup,
  parseCgroupMounts,
  parseMemberships,
  placeOfThread,
} from '../../src/observed/cgroup-path.ts';
import { countCpus, mostCpus } from '../../src/observed/cpu-demand.ts';
import { parseCpuStat } from '../../src/observed/cpu-stat.ts';
import { parseIproute2Version } from '../../src/observed/iproute2-version.ts';
import { parseDropIn } from '../../src/observed/systemd-drop-in.ts';
import { holdOf } from '../../src/observed/thread-groups.ts';
import { parseThreadStat, stripThreadStat } from '../../src/observed/thread-stat.ts';
import { capturedFolders, partsOf } from './captures.ts';
import { BrokenLaw, type Harness, unseen } from './harness.ts';

const knobs = [
  'cpu.max',
  'cpu.weight',
  'cpu.shares',
  'cpu.cfs_quota_us',
  'cpu.cfs_period_us',
  'cpu.max.burst',
  'cpu.idle',
];

/** Files of cgroups: what they hold, which threads are in them, where they are. */
export const cgroupHarness: Harness = {
  name: 'cgroup',
  share: 6,
  corpus: () => [
    ...new Set(
      capturedFolders
        .flatMap(folder => [...partsOf(folder)])
        .filter(([name]) => /^files\/(?:sys\/fs\/cgroup|proc)/.test(name))
        .map(([, text]) => text),
    ),
    'max 100000\n',
    '50000 100000\n',
    '-1\n',
    'default 100\n8:0 500\n253:1 10\n',
    '8:0 rbps=1048576 wbps=max riops=max wiops=50\n',
    '9223372036854771712\n',
    'nr_periods 10\nnr_throttled 2\nthrottled_usec 12345\n',
  ],
  read: text => {
    for (const knob of knobs) {
      for (const value of Object.values(cpuKnobValues(knob, text) ?? {})) isCount(value);
    }
    isCount(parseMemoryLimit(text) ?? 0);
    isCount(parseIoWeight(text) ?? 0);
    for (const device of devicesWithLines(text).slice(0, 20)) parseIoMax(deviceLine(text, device) ?? '');
    parseCpuStat(text);
    countCpus(text);
    mostCpus([
      { subject: 'vcpu0', knob: 'cpu.max', text },
      { subject: 'libvirt', knob: 'cpu.cfs_quota_us', text },
    ]);
    places(text);
    return unseen;
  },
};

function isCount(value: number | string): void {
  if (typeof value === 'number' && !(value >= 0)) throw new BrokenLaw(`count: ${value}`);
}

function places(text: string): void {
  const [memberships, mounts] = [parseMemberships(text), parseCgroupMounts(text)];
  const usual = [{ version: 2, folder: '/sys/fs/cgroup', options: ['rw'] }] as const;
  const emulator = [{ controllers: [], path: '/machine.slice/machine-qemu.scope/libvirt/emulator' }];
  for (const [where, on] of [
    [memberships, mounts],
    [memberships, usual],
    [emulator, mounts],
  ] as const) {
    const found = locateDomainCgroup(where, on);
    if (found?.nested.split('/').includes('..')) throw new BrokenLaw(`place: ${found.nested}`);
    locateControllerCgroup(where, on, 'memory');
    const place = placeOfThread(where, on);
    if (place !== undefined) groupsDownTo(place);
  }
}

const stat =
  '630 (CPU 0/KVM) S 1 630 630 0 -1 4194624 0 0 0 0 0 0 0 0 20 0 4 0 500 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 17 1 50 1 0 0 0';

/** Threads of QEMU, which names them itself, and what systemd keeps of their units. */
export const processHarness: Harness = {
  name: 'process',
  share: 6,
  corpus: () => [
    stat,
    stat.replace('CPU 0/KVM', 'a) S (b'),
    '[Scope]\nCPUWeight=77\nCPUQuota=50%\n# a comment\n[Slice]\nCPUShares=512\n',
    'tc utility, iproute2-6.15.0, libbpf 1.5.0\n',
    'tc utility, iproute2-ss190107\n',
    '0-3,8,10-11\n',
  ],
  read: text => {
    const found = parseThreadStat(text);
    const stripped = stripThreadStat(text);
    const again = parseThreadStat(stripped);
    if (JSON.stringify(again) !== JSON.stringify(found)) throw new BrokenLaw(`identity: ${stripped}`);
    if (stripThreadStat(stripped) !== stripped) throw new BrokenLaw(`strip-twice: ${stripped}`);
    const thread = { id: 630, source: '/proc', ...(found && { stat: found }), path: text };
    const lists = [{ subject: 'vcpu0', source: '/sys', threads: [630, 631] }];
    for (const subject of ['vcpu0', 'emulator', 'libvirt'])
      holdOf(subject, { pid: 630, domainPath: '/machine.slice', lists, threads: [thread] });
    parseDropIn(text, '/run/systemd');
    parseIproute2Version(text);
    return unseen;
  },
};
