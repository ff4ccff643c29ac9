import { type Dice, diceOf } from './dice.ts';
import type { State } from './state.ts';

/** What each domain's vCPU may use: µs of each period. */
export const cpuLimit = { periodUs: 20_000, quotaUs: 2000 };

const { periodUs, quotaUs } = cpuLimit;

/** How the kernel's files are called: those of cgroup v2, or those of v1. */
export interface CpuFiles {
  /** `cpu.max` is one file, or two. */
  readonly isV2: boolean;
}

/** Limits a group; 0 is no limit. */
export function limited(group: string, quota: number, { isV2 }: CpuFiles): string {
  if (isV2) return `echo ${quota || 'max'} ${periodUs} > ${group}/cpu.max`;
  return `echo ${periodUs} > ${group}/cpu.cfs_period_us; echo ${quota || -1} > ${group}/cpu.cfs_quota_us`;
}

/** Moves the vCPU's thread. */
export const threadTo = (group: string, { isV2 }: CpuFiles) =>
  `echo $tid > ${group}/${isV2 ? 'cgroup.threads' : 'tasks'}`;

/**
 * A random state of what one vCPU's thread is under. `$slice`, `$scope`, `$groups` are folders, from the outside to the
 * inside, `$pid` and `$tid` QEMU and its vCPU's thread.
 */
export function cpuState(seed: number, number: number, slot: number, files: CpuFiles): State {
  const dice = diceOf(seed, number);
  const lines = Array.from({ length: dice.of(1, 1, 1, 2) }, () => change(dice, slot, files)).flat();
  return { number, area: 'cpu', slot, what: lines, script: lines };
}

function change(dice: Dice, slot: number, files: CpuFiles): readonly string[] {
  const more = dice.of(2, 5, 0.5);
  return dice.weighted<readonly string[]>(
    [1, () => []],
    [2, () => [limited('$groups/vcpu0', dice.of(quotaUs * more, 0), files)]],
    [3, () => [limited(dice.of('$scope', '$groups', '$slice'), quotaUs * dice.of(0.5, 0.5, 3), files)]],
    [1, () => [threadTo(dice.of('$groups/emulator', '$groups'), files)]],
    [2, () => below(dice, files)],
    // One at most at a time: nothing else runs where such a thread does.
    [slot === 0 ? 4 : 0, () => [`chrt ${dice.of('-f', '-r')} -p ${dice.of(1, 50)} $tid`]],
    [
      2,
      () => [
        dice.of('chrt -b -p 0 $tid', 'chrt -i -p 0 $tid', 'renice -n 10 -p $tid', 'renice -n -5 -p $tid'),
      ],
    ],
    [files.isV2 ? 1 : 0, () => ['echo 1 > $scope/cpu.idle']],
    [files.isV2 ? 1 : 0, () => ["echo '-cpu' > $groups/cgroup.subtree_control"]],
    [1, () => away(dice, files)],
  );
}

/** A group of somebody's below the vCPU's own. */
function below(dice: Dice, files: CpuFiles): readonly string[] {
  const sub = '$groups/vcpu0/sub';
  const threaded = files.isV2 ? [`echo threaded > ${sub}/cgroup.type`] : [];
  const control = files.isV2 ? ["echo '+cpu' > $groups/vcpu0/cgroup.subtree_control"] : [];
  const quota = dice.of(0, quotaUs / 2, quotaUs * 5);
  const own = quota === 0 ? [] : [...control, limited(sub, quota, files)];
  return [`mkdir -p ${sub}`, ...threaded, ...own, threadTo(sub, files)];
}

/** QEMU is taken out of libvirt's groups. */
function away(dice: Dice, files: CpuFiles): readonly string[] {
  const outside = '$root/away$slot';
  const own = dice.chance(0.3) ? [limited(outside, quotaUs * dice.of(0.5, 5), files)] : [];
  return [`mkdir -p ${outside}`, ...own, `echo $pid > ${outside}/cgroup.procs`];
}

/** Everything as libvirt makes it. */
export function cpuReset(files: CpuFiles): readonly string[] {
  const back = files.isV2 ? ["echo '+cpu' > $groups/cgroup.subtree_control"] : [];
  return [
    'chrt -o -p 0 $tid; renice -n 0 -p $tid',
    ...(files.isV2
      ? [
          'echo $pid > $groups/cgroup.procs',
          'for t in $(ls /proc/$pid/task); do echo $t > $groups/emulator/cgroup.threads; done',
        ]
      : ['for t in $(ls /proc/$pid/task); do echo $t > $groups/emulator/tasks; done']),
    ...back,
    threadTo('$groups/vcpu0', files),
    'rmdir $groups/vcpu0/sub $root/away$slot',
    ...(files.isV2 ? ["echo '-cpu' > $groups/vcpu0/cgroup.subtree_control", 'echo 0 > $scope/cpu.idle'] : []),
    ...['$slice', '$scope', '$groups', '$groups/emulator'].map(group => limited(group, 0, files)),
    limited('$groups/vcpu0', quotaUs, files),
  ];
}
