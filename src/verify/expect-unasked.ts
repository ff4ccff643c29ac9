import { type MemTuneParameter, memTuneParameters } from '../domain/memtune.ts';
import type { DeviceRef, LimitName } from '../domain/tuning.ts';
import { memoryKnobs } from './expect-resources.ts';
import { type Expectation, type KnobValues, knobName } from './expectation.ts';
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
  return [...cgroupKnobs].flatMap((name): readonly Expectation[] => {
    const at = name.indexOf(' ');
    const [subject, knob] = [name.slice(0, at), name.slice(at + 1)];
    const place = { layer: 'cgroup', subject, knob } as const;
    const initial = device.kind === 'cpu' ? initialTime(subject, knob) : initialMemory(device, knob);
    if (initial === undefined || known.has(knobName(place))) return [];
    const { parameter, expected } = initial;
    return [{ ...place, device, parameters: [parameter], because: [], expected }];
  });
}

interface Initial {
  readonly parameter: LimitName;
  readonly expected: KnobValues;
}

/** @see linux kernel/sched/core.c:cpu_weight_read_u64, CGROUP_WEIGHT_DFL; libvirt limits no scope, but what is in it */
function initialTime(subject: string, knob: string): Initial | undefined {
  if (knob === 'cpu.weight') return { parameter: 'cpu_shares', expected: { weight: 100 } };
  if (knob === 'cpu.shares') return { parameter: 'cpu_shares', expected: { shares: 1024 } };
  if (knob !== 'cpu.max' && knob !== 'cpu.cfs_quota_us') return undefined;
  const group = subject === 'scope' || subject === 'libvirt' ? 'global' : subject.replace(/\d+$/, '');
  return { parameter: `${group as 'global' | 'emulator' | 'iothread'}_quota`, expected: { quota: 'max' } };
}

function initialMemory(device: DeviceRef, knob: string): Initial | undefined {
  const limits: MemTuneParameter | undefined = memTuneParameters.find(one =>
    Object.values(memoryKnobs).some(knobs => knobs[one] === knob),
  );
  if (device.kind !== 'memory' || limits === undefined) return undefined;
  return { parameter: limits, expected: { bytes: 'max' } };
}
