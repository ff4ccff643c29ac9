import { broken, type Case, type Found, nothing } from './case.ts';
import { limit, periodOf, quotaOf, weightOf } from './cgroup-breaks.ts';
import type { Scene } from './scene.ts';

/** Of a domain that runs. */
type Running = keyof Scene['scopes'];

const eight = [0, 1, 2, 3, 4, 5, 6, 7];
const group = ({ scopes }: Scene, actor: Running, name = '') => `${scopes[actor]}/libvirt${name}`;
/** Lists a group's threads; what is written to it moves into the group. */
const list = (scene: Scene, actor: Running, name: string) =>
  `'${group(scene, actor, name)}/${scene.isV2 ? 'cgroup.threads' : 'tasks'}'`;
const knobOfThreads = ({ isV2 }: Scene) => (isV2 ? 'cgroup.threads' : 'tasks');
const pidOf = ({ domains }: Scene, actor: Running) => `$(cat /run/libvirt/qemu/${domains[actor].name}.pid)`;
const unit = (folder: string) => `'${folder.slice(folder.lastIndexOf('/') + 1)}'`;
const slice = ({ scopes }: Scene) => scopes.full.slice(0, scopes.full.lastIndexOf('/'));
/** The root of the hierarchy that has the cpu controller. */
const top = ({ isV2 }: Scene) => (isV2 ? '/sys/fs/cgroup' : '/sys/fs/cgroup/cpu,cpuacct');

/** The policy of the thread in a group. */
const scheduled = (scene: Scene, actor: Running, name: string, how: string) =>
  `chrt ${how} $(head -n 1 ${list(scene, actor, name)})`;
const ordinary = (scene: Scene, actor: Running, name: string) =>
  scheduled(scene, actor, name, '--other --pid 0');

/** Puts every thread of a domain where libvirt has put it, by its name. */
function home(scene: Scene, actor: Running): string {
  const at = `'${group(scene, actor)}'`;
  const process = scene.isV2 ? `echo $pid >${at}/cgroup.procs; ` : '';
  return `pid=${pidOf(scene, actor)}; ${process}for task in /proc/$pid/task/*; do
  name=$(cat $task/comm); number=$(echo "$name" | tr -dc 0-9)
  case "$name" in CPU*) to=vcpu$number;; 'IO iothread'*) to=iothread$number;; *) to=emulator;; esac
  echo \${task##*/} >${at}/$to/${knobOfThreads(scene)}
done`;
}

/** A group that nobody made but us; a domain's threads may move into it. */
function third(scene: Scene): string {
  const folder = `'${group(scene, 'full', '/third')}'`;
  const threaded = scene.isV2 ? `; echo threaded >${folder}/cgroup.type` : '';
  return `mkdir ${folder}${threaded}`;
}

const moved = (scene: Scene, actor: Running, from: string, to: string) =>
  `echo $(head -n 1 ${list(scene, actor, from)}) >${list(scene, actor, to)}`;

/** A process that has nothing to do with the domain, in its emulator's group: systemd ends no scope that has one. */
function stranger(scene: Scene, actor: Running, to = '/emulator'): string {
  const enter = scene.isV2 ? `echo $! >'${group(scene, actor)}/cgroup.procs'; ` : '';
  return `sleep 900 </dev/null >/dev/null 2>&1 & echo $! >/run/stranger; ${enter}echo $(cat /run/stranger) >${list(scene, actor, to)}`;
}

const gone = 'kill $(cat /run/stranger)';

/** The whole process leaves all groups of its domain. */
function left(scene: Scene, actor: Running): string {
  const to = `${top(scene)}/elsewhere`;
  return `${stranger(scene, actor)}; mkdir ${to}; echo ${pidOf(scene, actor)} >${to}/cgroup.procs`;
}

const back = (scene: Scene, actor: Running) =>
  `${home(scene, actor)}; ${gone}; rmdir ${top(scene)}/elsewhere`;

/** What nothing holds any more, of all vCPUs of `full`. */
function allQuotas(scene: Scene): readonly string[] {
  const knobs = scene.isV2 ? ['cpu.max'] : [quotaOf(scene), periodOf(scene)];
  return eight.flatMap(id => knobs.map(knob => `cgroup vcpu${id} ${knob}`));
}

const weightBack = (scene: Scene) =>
  `echo 0 >'${scene.scopes.full}/cpu.idle'; echo 512 >'${scene.scopes.full}/${weightOf(scene)}'`;

const quota = (scene: Scene, name: string): readonly Found[] =>
  broken('behind-libvirt', `cgroup ${name} ${quotaOf(scene)}`);

/** Ways past a quota that stands where it should. */
export const threadBreaks: readonly Case[] = [
  {
    what: 'a thread of real time',
    actor: 'full',
    happens: scene => scheduled(scene, 'full', '/vcpu1', '--fifo --pid 50'),
    restored: scene => ordinary(scene, 'full', '/vcpu1'),
    found: scene => quota(scene, 'vcpu1'),
  },
  {
    what: 'a thread with a deadline',
    actor: 'full',
    happens: scene =>
      scheduled(
        scene,
        'full',
        '/vcpu2',
        '--deadline --sched-runtime 1000000 --sched-deadline 10000000 --sched-period 10000000 --pid 0',
      ),
    restored: scene => ordinary(scene, 'full', '/vcpu2'),
    found: scene => quota(scene, 'vcpu2'),
  },
  {
    what: "QEMU's main thread is of real time, where all of it is limited",
    actor: 'own',
    happens: scene => `chrt --rr --pid 3 ${pidOf(scene, 'own')}`,
    restored: scene => `chrt --other --pid 0 ${pidOf(scene, 'own')}`,
    found: scene => [...quota(scene, 'emulator'), ...quota(scene, 'libvirt')],
  },
  {
    what: "QEMU's main thread, moved to a vCPU",
    actor: 'own',
    byHand: true,
    happens: scene => `echo ${pidOf(scene, 'own')} >${list(scene, 'own', '/vcpu0')}`,
    restored: scene => home(scene, 'own'),
    found: scene => quota(scene, 'emulator'),
  },
  {
    what: 'the threads of two vCPUs, moved to a group of their own',
    actor: 'full',
    byHand: true,
    happens: scene =>
      `${third(scene)}; ${moved(scene, 'full', '/vcpu3', '/third')}; ${moved(scene, 'full', '/vcpu6', '/third')}`,
    restored: scene => `${home(scene, 'full')}; rmdir '${group(scene, 'full', '/third')}'`,
    found: scene => [...quota(scene, 'vcpu3'), ...quota(scene, 'vcpu6')],
  },
  {
    what: 'the thread of one vCPU, moved to that of another',
    actor: 'full',
    byHand: true,
    happens: scene => moved(scene, 'full', '/vcpu4', '/vcpu5'),
    restored: scene => home(scene, 'full'),
    found: scene => [
      ...quota(scene, 'vcpu4'),
      ...broken('not-asked-for', `cgroup vcpu5 ${knobOfThreads(scene)}`),
    ],
  },
  {
    what: 'a thread of somebody else in the group of a vCPU',
    actor: 'full',
    byHand: true,
    happens: scene => stranger(scene, 'full', '/vcpu7'),
    restored: () => gone,
    found: scene => broken('not-asked-for', `cgroup vcpu7 ${knobOfThreads(scene)}`),
  },
  {
    what: 'the whole process, moved out of the groups that libvirt made',
    actor: 'full',
    byHand: true,
    happens: scene => left(scene, 'full'),
    restored: scene => back(scene, 'full'),
    found: scene => broken('behind-libvirt', `cgroup scope ${weightOf(scene)}`, ...allQuotas(scene)),
  },
  {
    what: 'the group of a vCPU is idle',
    actor: 'full',
    byHand: true,
    happens: scene => `echo 1 >'${group(scene, 'full', '/vcpu3')}/cpu.idle'`,
    restored: scene => `echo 0 >'${group(scene, 'full', '/vcpu3')}/cpu.idle'`,
    found: () => broken('not-asked-for', 'cgroup vcpu3 cpu.idle'),
  },
  {
    what: 'the whole machine is idle',
    actor: 'full',
    byHand: ({ isV2 }) => !isV2,
    happens: scene => `echo 1 >'${scene.scopes.full}/cpu.idle'`,
    restored: weightBack,
    found: () => broken('not-asked-for', 'cgroup scope cpu.idle'),
  },
  {
    what: 'systemctl set-property CPUWeight=idle',
    actor: 'full',
    where: ({ isV2 }) => isV2,
    happens: scene => `systemctl set-property --runtime -- ${unit(scene.scopes.full)} CPUWeight=idle`,
    restored: weightBack,
    found: () => broken('systemd-override', 'cgroup scope cpu.idle'),
  },
  {
    what: 'the slice of all machines is idle',
    actor: 'full',
    byHand: ({ isV2 }) => !isV2,
    happens: scene => `echo 1 >'${slice(scene)}/cpu.idle'`,
    restored: scene =>
      `echo 0 >'${slice(scene)}/cpu.idle'; echo ${scene.isV2 ? 100 : 1024} >'${slice(scene)}/${weightOf(scene)}'`,
    found: () => broken('not-asked-for', 'cgroup machine.slice cpu.idle'),
  },
  {
    what: 'a quota of the machine, written by hand',
    actor: 'full',
    happens: scene => limit(scene, scene.scopes.full, 500_000),
    restored: scene => limit(scene, scene.scopes.full, 'max'),
    found: scene => broken('not-asked-for', `cgroup scope ${quotaOf(scene)}`),
  },
  {
    // On cgroup v1 the kernel refuses it: a domain of the slice may use more.
    what: 'a quota of the slice of all machines, written by hand',
    actor: 'full',
    where: ({ isV2 }) => isV2,
    happens: scene => limit(scene, slice(scene), 150_000),
    // Its repair leaves a setting of systemd's, which stands before one that is to stay.
    restored: scene => `systemctl revert machine.slice; ${limit(scene, slice(scene), 'max')}`,
    found: scene => broken('not-asked-for', `cgroup machine.slice ${quotaOf(scene)}`),
  },
  {
    what: 'systemctl set-property CPUQuota of the slice of all machines, to stay',
    actor: 'plain',
    where: ({ isV2 }) => isV2,
    happens: () => 'systemctl set-property machine.slice CPUQuota=50%',
    restored: () => 'systemctl set-property machine.slice CPUQuota=; systemctl revert machine.slice',
    found: scene => broken('systemd-override', `cgroup machine.slice ${quotaOf(scene)}`),
  },
  {
    what: 'the cpu controller is taken away from the groups of threads',
    actor: 'full',
    byHand: true,
    where: ({ isV2 }) => isV2,
    happens: scene => `echo -cpu >'${group(scene, 'full')}/cgroup.subtree_control'`,
    restored: scene =>
      [
        `echo +cpu >'${group(scene, 'full')}/cgroup.subtree_control'`,
        ...eight.map(id => limit(scene, group(scene, 'full', `/vcpu${id}`), 40_000)),
      ].join('; '),
    found: scene => broken('behind-libvirt', ...allQuotas(scene)),
  },
];

/** What happens to threads and their groups, and leads past no limit. */
export const threadCalm: readonly Case[] = [
  {
    what: 'a thread of SCHED_BATCH, and one that is nice',
    actor: 'full',
    happens: scene =>
      `${scheduled(scene, 'full', '/vcpu1', '--batch --pid 0')}; renice -n 5 -p $(head -n 1 ${list(scene, 'full', '/vcpu2')}) >/dev/null`,
    restored: scene =>
      `${ordinary(scene, 'full', '/vcpu1')}; renice -n 0 -p $(head -n 1 ${list(scene, 'full', '/vcpu2')}) >/dev/null`,
    found: nothing,
  },
  {
    what: 'a thread of real time, of a domain without limits',
    actor: 'plain',
    happens: scene => scheduled(scene, 'plain', '/vcpu1', '--fifo --pid 10'),
    restored: scene => ordinary(scene, 'plain', '/vcpu1'),
    found: nothing,
  },
  {
    what: 'groups that are not idle, as they were not before',
    actor: 'full',
    happens: scene =>
      `echo 0 >'${scene.scopes.full}/cpu.idle'; echo 0 >'${group(scene, 'full', '/vcpu1')}/cpu.idle'; echo 0 >'${slice(scene)}/cpu.idle'`,
    found: nothing,
  },
  {
    what: 'a quota of the slice of all machines, of more than the host has',
    actor: 'full',
    happens: () => 'systemctl set-property --runtime machine.slice CPUQuota=900%',
    restored: () =>
      'systemctl set-property --runtime machine.slice CPUQuota=; systemctl revert machine.slice',
    found: nothing,
  },
];
