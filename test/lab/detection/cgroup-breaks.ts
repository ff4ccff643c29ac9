import { broken, type Case } from './case.ts';
import type { Scene } from './scene.ts';

/** What the kernel calls a weight. */
export const weightOf = ({ isV2 }: Scene) => (isV2 ? 'cpu.weight' : 'cpu.shares');

/** What tells a group's quota, and what its period. */
export const quotaOf = ({ isV2 }: Scene) => (isV2 ? 'cpu.max' : 'cpu.cfs_quota_us');
export const periodOf = ({ isV2 }: Scene) => (isV2 ? 'cpu.max' : 'cpu.cfs_period_us');

const burstOf = ({ isV2 }: Scene) => (isV2 ? 'cpu.max.burst' : 'cpu.cfs_burst_us');

/** Sets a group's limit by hand. @param quota in µs, or `max` */
export function limit(scene: Scene, folder: string, quota: number | 'max', period = 100_000): string {
  if (scene.isV2) return `echo '${quota} ${period}' >'${folder}/cpu.max'`;
  const number = quota === 'max' ? -1 : quota;
  return `echo ${period} >'${folder}/cpu.cfs_period_us'; echo ${number} >'${folder}/cpu.cfs_quota_us'`;
}

const vcpu = ({ scopes }: Scene, actor: 'full' | 'plain', id: number) => `${scopes[actor]}/libvirt/vcpu${id}`;
/** Lists a group's threads; what is written to it moves into the group. */
const threadsOf = ({ isV2, scopes }: Scene, group: string) =>
  `'${scopes.full}/libvirt${group}/${isV2 ? 'cgroup.threads' : 'tasks'}'`;
const own = ({ scopes }: Scene, group: string) => `${scopes.own}/libvirt${group}`;
/** The unit that systemd knows a domain's scope as. */
const unit = (scope: string) => `'${scope.slice(scope.lastIndexOf('/') + 1)}'`;
const property = (scene: Scene, what: string, how = '--runtime') =>
  `systemctl set-property ${how} -- ${unit(scene.scopes.full)} ${what}`;

/** Of cgroup v1 systemd makes 50 × 1024 / 100 shares. */
const weightBack = (scene: Scene) => property(scene, `CPUWeight=${scene.isV2 ? 512 : 50}`);
const weightBackForGood = (scene: Scene) =>
  `${weightBack(scene)}; rm -rf /etc/systemd/system.control/${unit(scene.scopes.full)}.d; systemctl daemon-reload
${weightBack(scene)}`;

/** Another hierarchy of cgroup v1 has memory and block I/O. */
function beside({ isV2, scopes }: Scene, actor: 'own' | 'plain', controller: string): string {
  return `${isV2 ? scopes[actor] : scopes[actor].replace('cpu,cpuacct', controller)}/libvirt`;
}

function memory(scene: Scene, actor: 'own' | 'plain', which: 'hard' | 'soft', bytes: number): string {
  const v2 = { hard: 'memory.max', soft: 'memory.high' }[which];
  const v1 = { hard: 'memory.limit_in_bytes', soft: 'memory.soft_limit_in_bytes' }[which];
  const value = scene.isV2 && bytes < 0 ? 'max' : bytes;
  return `echo ${value} >'${beside(scene, actor, 'memory')}/${scene.isV2 ? v2 : v1}'`;
}

const hardLimit = ({ isV2 }: Scene) => `cgroup libvirt ${isV2 ? 'memory.max' : 'memory.limit_in_bytes'}`;
const softLimit = ({ isV2 }: Scene) =>
  `cgroup libvirt ${isV2 ? 'memory.high' : 'memory.soft_limit_in_bytes'}`;

/** What a device of the host lets through, in bytes a second. */
function deviceRate(scene: Scene, actor: 'own' | 'plain', rate: number | 'max'): string {
  const folder = beside(scene, actor, 'blkio');
  if (scene.isV2) return `echo '254:0 rbps=${rate}' >'${folder}/io.max'`;
  return `echo '254:0 ${rate === 'max' ? 0 : rate}' >'${folder}/blkio.throttle.read_bps_device'`;
}

/** Ways to break what the kernel's cgroups enforce. */
export const cgroupBreaks: readonly Case[] = [
  {
    what: 'the weight is written by hand',
    actor: 'full',
    happens: scene => `echo 77 >'${scene.scopes.full}/${weightOf(scene)}'`,
    restored: scene => `echo 512 >'${scene.scopes.full}/${weightOf(scene)}'`,
    found: scene => broken('behind-libvirt', `cgroup scope ${weightOf(scene)}`),
  },
  {
    what: 'systemctl set-property --runtime CPUWeight',
    actor: 'full',
    happens: scene => property(scene, 'CPUWeight=77'),
    restored: weightBack,
    found: scene => broken('systemd-override', `cgroup scope ${weightOf(scene)}`),
  },
  {
    what: 'systemctl set-property CPUWeight, to stay',
    actor: 'full',
    happens: scene => property(scene, 'CPUWeight=78', ''),
    restored: weightBackForGood,
    found: scene => broken('systemd-override', `cgroup scope ${weightOf(scene)}`),
  },
  {
    what: 'systemctl set-property CPUQuota',
    actor: 'full',
    happens: scene => property(scene, 'CPUQuota=500%'),
    restored: scene => property(scene, 'CPUQuota='),
    found: scene => broken('systemd-override', `cgroup scope ${quotaOf(scene)}`),
  },
  {
    what: 'the quota of one of eight vCPUs',
    actor: 'full',
    happens: scene => limit(scene, vcpu(scene, 'full', 5), 25_000),
    restored: scene => limit(scene, vcpu(scene, 'full', 5), 40_000),
    found: scene => broken('behind-libvirt', `cgroup vcpu5 ${quotaOf(scene)}`),
  },
  {
    what: 'the quota of one of eight vCPUs, gone',
    actor: 'full',
    happens: scene => limit(scene, vcpu(scene, 'full', 7), 'max'),
    restored: scene => limit(scene, vcpu(scene, 'full', 7), 40_000),
    found: scene => broken('behind-libvirt', `cgroup vcpu7 ${quotaOf(scene)}`),
  },
  {
    what: 'the period of one of eight vCPUs',
    actor: 'full',
    happens: scene => limit(scene, vcpu(scene, 'full', 6), 40_000, 60_000),
    restored: scene => limit(scene, vcpu(scene, 'full', 6), 40_000),
    found: scene => broken('behind-libvirt', `cgroup vcpu6 ${periodOf(scene)}`),
  },
  {
    what: 'the quota of one of eight vCPUs, a thousand times too large',
    actor: 'full',
    happens: scene => limit(scene, vcpu(scene, 'full', 0), 40_000_000),
    restored: scene => limit(scene, vcpu(scene, 'full', 0), 40_000),
    found: scene => broken('unit-slip', `cgroup vcpu0 ${quotaOf(scene)}`),
  },
  {
    what: 'time that one of eight vCPUs may save up',
    actor: 'full',
    byHand: true,
    happens: scene => `echo 20000 >'${vcpu(scene, 'full', 2)}/${burstOf(scene)}'`,
    restored: scene => `echo 0 >'${vcpu(scene, 'full', 2)}/${burstOf(scene)}'`,
    found: scene => broken('not-asked-for', `cgroup vcpu2 ${burstOf(scene)}`),
  },
  {
    what: 'the thread of one of eight vCPUs, moved to the emulator',
    actor: 'full',
    byHand: true,
    happens: scene =>
      `cat ${threadsOf(scene, '/vcpu4')} >/run/moved; for id in $(cat /run/moved); do echo $id >${threadsOf(scene, '/emulator')}; done`,
    restored: scene => `for id in $(cat /run/moved); do echo $id >${threadsOf(scene, '/vcpu4')}; done`,
    found: scene => broken('behind-libvirt', `cgroup vcpu4 ${quotaOf(scene)}`),
  },
  {
    what: 'the emulator is limited, and nobody asked for it',
    actor: 'full',
    happens: scene => limit(scene, `${scene.scopes.full}/libvirt/emulator`, 50_000),
    restored: scene => limit(scene, `${scene.scopes.full}/libvirt/emulator`, 'max'),
    found: scene => broken('not-asked-for', `cgroup emulator ${quotaOf(scene)}`),
  },
  {
    what: 'the whole domain is limited, and nobody asked for it',
    actor: 'full',
    happens: scene => limit(scene, `${scene.scopes.full}/libvirt`, 500_000),
    restored: scene => limit(scene, `${scene.scopes.full}/libvirt`, 'max'),
    found: scene => broken('not-asked-for', `cgroup libvirt ${quotaOf(scene)}`),
  },
  {
    what: 'a vCPU of a domain without limits is limited',
    actor: 'plain',
    happens: scene => limit(scene, vcpu(scene, 'plain', 2), 90_000),
    restored: scene => limit(scene, vcpu(scene, 'plain', 2), 'max'),
    found: scene => broken('not-asked-for', `cgroup vcpu2 ${quotaOf(scene)}`),
  },
  {
    what: 'the weight of a domain without limits',
    actor: 'plain',
    happens: scene => `echo 77 >'${scene.scopes.plain}/${weightOf(scene)}'`,
    restored: scene => `echo ${scene.isV2 ? 100 : 1024} >'${scene.scopes.plain}/${weightOf(scene)}'`,
    found: scene => broken('behind-libvirt', `cgroup scope ${weightOf(scene)}`),
  },
  {
    what: 'the memory of a domain without limits is limited',
    actor: 'plain',
    happens: scene => memory(scene, 'plain', 'hard', 900_001_792),
    restored: scene => memory(scene, 'plain', 'hard', -1),
    found: scene => broken('not-asked-for', hardLimit(scene)),
  },
  {
    what: 'a device of the host, where nobody asked for it',
    actor: 'plain',
    happens: scene => deviceRate(scene, 'plain', 2_097_152),
    // The repair that is proposed.
    restored: ({ domains: { plain } }) =>
      `virsh -q blkiotune ${plain.name} --live --device-read-bytes-sec /dev/block/254:0,0`,
    found: ({ isV2 }) =>
      broken('not-asked-for', `cgroup libvirt ${isV2 ? 'io.max' : 'blkio.throttle.read_bps_device'} 254:0`),
  },
  {
    what: "the emulator's quota",
    actor: 'own',
    happens: scene => limit(scene, own(scene, '/emulator'), 30_000),
    restored: scene => limit(scene, own(scene, '/emulator'), 50_000),
    found: scene => broken('behind-libvirt', `cgroup emulator ${quotaOf(scene)}`),
  },
  {
    what: "an I/O thread's quota, gone",
    actor: 'own',
    happens: scene => limit(scene, own(scene, '/iothread1'), 'max'),
    restored: scene => limit(scene, own(scene, '/iothread1'), 40_000),
    found: scene => broken('behind-libvirt', `cgroup iothread1 ${quotaOf(scene)}`),
  },
  {
    what: "the whole domain's quota",
    actor: 'own',
    happens: scene => limit(scene, own(scene, ''), 300_000),
    restored: scene => limit(scene, own(scene, ''), 400_000),
    found: scene => broken('behind-libvirt', `cgroup libvirt ${quotaOf(scene)}`),
  },
  {
    what: 'the hard limit of memory',
    actor: 'own',
    happens: scene => memory(scene, 'own', 'hard', 900_001_792),
    restored: scene => memory(scene, 'own', 'hard', 1_073_741_824),
    found: scene => broken('behind-libvirt', hardLimit(scene)),
  },
  {
    what: 'the soft limit of memory, gone',
    actor: 'own',
    happens: scene => memory(scene, 'own', 'soft', -1),
    restored: scene => memory(scene, 'own', 'soft', 536_870_912),
    found: scene => broken('behind-libvirt', softLimit(scene)),
  },
  {
    what: 'a device of the host lets more through',
    actor: 'own',
    happens: scene => deviceRate(scene, 'own', 'max'),
    restored: scene => deviceRate(scene, 'own', 1_048_576),
    found: ({ isV2 }) =>
      broken('behind-libvirt', `cgroup /dev/vda ${isV2 ? 'io.max' : 'blkio.throttle.read_bps_device'}`),
  },
];
