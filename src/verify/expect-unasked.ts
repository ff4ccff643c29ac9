import { memTuneParameters } from '../domain/memtune.ts';
import type { DeviceRef } from '../domain/tuning.ts';
import { idleKnob, isBurstKnob } from '../observed/cgroup-knob.ts';
import { followsIdle, isWeight } from './expect-cgroup.ts';
import { memoryKnobs, throttles } from './expect-resources.ts';
import { type Expectation, knobName } from './expectation.ts';
import type { HostFacts } from './host-facts.ts';

/**
 * What the other cgroup knobs of a running domain must hold, those that were read and of which nothing is wanted: what
 * the kernel begins with, so no limit, and no weight but the usual one. Whoever set them (`systemctl set-property` on
 * the scope, somebody by hand) did not go through libvirt.
 *
 * @param wanted what is expected of the device anyway
 */
export function expectUnasked(
  device: DeviceRef,
  wanted: readonly Expectation[],
  { cgroupKnobs = new Set() }: HostFacts,
): readonly Expectation[] {
  const known = new Set(wanted.map(knobName));
  const found: Expectation[] = [];
  for (const name of cgroupKnobs) {
    const at = name.indexOf(' ');
    const [subject, knob] = [name.slice(0, at), name.slice(at + 1)];
    const initial = initialOf(device, subject, knob);
    if (initial === undefined) continue;
    if (known.has(knobName({ layer: 'cgroup', subject, knob }))) continue;
    const follows = isWeight(knob) && followsIdle(cgroupKnobs);
    found.push({ layer: 'cgroup', subject, knob, device, because: [], ...initial, ...follows });
  }
  return found;
}

type Initial = Required<Pick<Expectation, 'parameters' | 'expected'>>;

function initialOf({ kind }: DeviceRef, subject: string, knob: string): Initial | undefined {
  if (kind === 'cpu') return initialTime(subject, knob);
  if (kind === 'memory') return initialMemory(knob);
  return kind === 'blkio' ? initialThrottle(knob) : undefined;
}

/** @see linux kernel/sched/core.c:cpu_weight_read_u64, CGROUP_WEIGHT_DFL; libvirt limits no scope, but what is in it */
function initialTime(subject: string, knob: string): Initial | undefined {
  if (knob === idleKnob) return { parameters: [...weightOrQuota(subject)], expected: { idle: 0 } };
  if (knob === 'cpu.weight') return { parameters: ['cpu_shares'], expected: { weight: 100 } };
  if (knob === 'cpu.shares') return { parameters: ['cpu_shares'], expected: { shares: 1024 } };
  const parameters = [quotaOf(subject)] as const;
  if (knob === 'tasks' || knob === 'cgroup.threads') return { parameters, expected: { threads: 1 } };
  if (isBurstKnob(knob)) return { parameters, expected: { burst: 0 } };
  return knob === 'cpu.max' || knob === 'cpu.cfs_quota_us'
    ? { parameters, expected: { quota: 'max' } }
    : undefined;
}

/** What an idle group loses: of the machine, or one around it, its weight. */
function weightOrQuota(subject: string) {
  const quota = quotaOf(subject);
  return quota === 'global_quota' && subject !== 'libvirt' ? (['cpu_shares'] as const) : ([quota] as const);
}

/** Of the machine, and of groups around it, what is wanted is a limit of the whole domain. */
function quotaOf(subject: string) {
  const kind = /^(vcpu|iothread)\d+$|^(emulator)$/.exec(subject);
  return `${(kind?.[1] ?? kind?.[2] ?? 'global') as 'global' | 'emulator' | 'iothread' | 'vcpu'}_quota` as const;
}

const memoryLimits = new Map(
  Object.values(memoryKnobs).flatMap(knobs => memTuneParameters.map(limit => [knobs[limit], limit] as const)),
);

function initialMemory(knob: string): Initial | undefined {
  const limit = memoryLimits.get(knob);
  return limit === undefined ? undefined : { parameters: [limit], expected: { bytes: 'max' } };
}

/** A line of one device, which libvirt's definition does not name. */
function initialThrottle(knob: string): Initial | undefined {
  const [file = '', number] = knob.split(' ');
  const carried = throttles.filter(({ v1 }) => file === 'io.max' || file === v1);
  if (number === undefined || carried.length === 0) return undefined;
  return {
    parameters: carried.map(one => one.parameter),
    expected: Object.fromEntries(carried.map(({ v2 }) => [file === 'io.max' ? v2 : 'value', 'max'])),
  };
}
