import { hostDeviceParameters } from '../domain/blkiotune.ts';
import { type MemTuneParameter, memTuneParameters } from '../domain/memtune.ts';
import { deviceSubject, type LimitName } from '../domain/tuning.ts';
import { ioWeightToBfq, kibibytesToBytes } from '../units.ts';
import type { Expectation, KnobValues } from './expectation.ts';
import type { HostFacts } from './host-facts.ts';
import { limitOf } from './unlimited.ts';
import { keysOf, present, type Wanted } from './wanted.ts';

/** What the cgroups of a running domain must hold of its memory, its I/O weight, or its use of a host's device. */
export function expectResources(wanted: Wanted, facts: HostFacts): readonly Expectation[] {
  const place = facts.strayed?.[wanted.device.kind === 'memory' ? 'memory' : 'blkio'];
  const expected = expectInPlace(wanted, facts);
  if (place === undefined) return expected;
  const impossible = `QEMU is in the cgroup '${place}' there, which the domain's limits do not reach`;
  return expected.filter(one => one.because.length > 0).map(one => ({ ...one, impossible }));
}

function expectInPlace(wanted: Wanted, facts: HostFacts): readonly Expectation[] {
  switch (wanted.device.kind) {
    case 'memory':
      return expectMemory(wanted, facts);
    case 'blkio':
      return expectWeight(wanted, facts);
    case 'host-device':
      return [...expectThrottle(wanted, facts), ...expectDeviceWeight(wanted, facts)];
    default:
      return [];
  }
}

/** The kernel's files for memory limits, by cgroup version. */
export const memoryKnobs: Readonly<Record<1 | 2, Readonly<Record<MemTuneParameter, string>>>> = {
  1: {
    hard_limit: 'memory.limit_in_bytes',
    soft_limit: 'memory.soft_limit_in_bytes',
    swap_hard_limit: 'memory.memsw.limit_in_bytes',
  },
  2: { hard_limit: 'memory.max', soft_limit: 'memory.high', swap_hard_limit: 'memory.swap.max' },
};

/** The kernel counts in pages, of at most this many bytes, and cuts what is not whole. @see linux mm/page_counter.c */
const LARGEST_PAGE = 65_536;

/** @see libvirt src/util/vircgroupv2.c:virCgroupV2SetMemoryHardLimit, vircgroupv1.c */
function expectMemory(wanted: Wanted, facts: HostFacts): readonly Expectation[] {
  return present(wanted, memTuneParameters).map(parameter => {
    const limit = limitOf(wanted.limits, parameter);
    const bytes = limit === undefined ? 'max' : kibibytesToBytes(limit);
    const lost = typeof bytes === 'number' ? bytes % LARGEST_PAGE : 0;
    const tolerance = { values: { bytes: lost }, reason: 'the kernel counts whole pages' };
    return knobOf(wanted, 'libvirt', memoryKnobs[facts.cgroupVersion ?? 2][parameter], [parameter], {
      expected: { bytes },
      ...(lost > 0 && { tolerance }),
    });
  });
}

/**
 * systemd, which libvirt asks where it can, writes the weight into every file that the kernel has; into BFQ's on
 * BFQ's own scale. @see systemd src/core/cgroup.c:set_io_weight, set_bfq_weight
 */
function expectWeight(wanted: Wanted, facts: HostFacts): readonly Expectation[] {
  const weight = limitOf(wanted.limits, 'weight');
  if (weight === undefined) return [];
  // Of a weight that only stands in the definition nobody knows on which scale it is.
  if (wanted.because.weight === undefined && weightTolerance(weight, facts).tolerance) return [];
  const { ioWeightFiles: files, systemd = true } = facts;
  const v1 = facts.cgroupVersion === 1;
  const plain = v1 ? 'blkio.weight' : 'io.weight';
  const bfq = v1 ? 'blkio.bfq.weight' : 'io.bfq.weight';
  const has = (file: string) => files === undefined || files.has(file);
  const first = systemd ? [plain, bfq] : [bfq, plain];
  const knob = files === undefined ? plain : first.find(has);
  if (knob === undefined) {
    const impossible = `this kernel has neither ${plain} nor ${bfq}: no I/O scheduler in use knows weights`;
    return [knobOf(wanted, 'scope', plain, ['weight'], { impossible })];
  }
  const expected = { weight: systemd && knob === bfq ? ioWeightToBfq(weight) : weight };
  return [knobOf(wanted, 'scope', knob, ['weight'], { expected })];
}

/**
 * Where the kernel has BFQ's file libvirt keeps in the live definition what it reads back there after setting the weight,
 * on BFQ's scale; after a start it still has the number it was started with. The cgroup tells which is in force.
 *
 * @see libvirt src/util/vircgroupv2.c:virCgroupV2GetBlkioWeight
 */
export function weightTolerance(
  weight: number | undefined,
  { systemd, ioWeightFiles }: HostFacts,
): Pick<Expectation, 'tolerance'> {
  const hasBfq = ioWeightFiles?.has('io.bfq.weight') || ioWeightFiles?.has('blkio.bfq.weight');
  if (weight === undefined || !systemd || !hasBfq) return {};
  const lost = weight - ioWeightToBfq(weight);
  return lost === 0
    ? {}
    : { tolerance: { values: { value: lost }, reason: "libvirt reads back BFQ's scale" } };
}

/** What throttles a device of the host, by cgroup v1's files and the words of `io.max`. */
export const throttles = [
  { parameter: 'device_read_bytes_sec', v1: 'blkio.throttle.read_bps_device', v2: 'rbps' },
  { parameter: 'device_write_bytes_sec', v1: 'blkio.throttle.write_bps_device', v2: 'wbps' },
  { parameter: 'device_read_iops_sec', v1: 'blkio.throttle.read_iops_device', v2: 'riops' },
  { parameter: 'device_write_iops_sec', v1: 'blkio.throttle.write_iops_device', v2: 'wiops' },
] as const;

/** A device that has one limit has no other ones but those: what is not limited must be `max`. */
function expectThrottle(wanted: Wanted, facts: HostFacts): readonly Expectation[] {
  const path = deviceSubject(wanted.device);
  const given = present(
    wanted,
    hostDeviceParameters.filter(one => one !== 'device_weight'),
  );
  if (given.length === 0) return [];
  const values = throttles.map(one => ({ ...one, value: limitOf(wanted.limits, one.parameter) ?? 'max' }));
  if (facts.cgroupVersion === 1)
    return values.map(({ parameter, v1, value }) =>
      knobOf(wanted, path, v1, [parameter], { expected: { value } }),
    );
  const expected: KnobValues = Object.fromEntries(values.map(({ v2, value }) => [v2, value]));
  return [knobOf(wanted, path, 'io.max', given, { expected })];
}

function expectDeviceWeight(wanted: Wanted, facts: HostFacts): readonly Expectation[] {
  const weight = limitOf(wanted.limits, 'device_weight');
  if (weight === undefined) return [];
  const knob = facts.cgroupVersion === 1 ? 'blkio.weight_device' : 'io.weight';
  const path = deviceSubject(wanted.device);
  return [knobOf(wanted, path, knob, ['device_weight'], { expected: { weight } })];
}

function knobOf(
  wanted: Wanted,
  subject: string,
  knob: string,
  parameters: readonly LimitName[],
  rest: Pick<Expectation, 'expected' | 'tolerance' | 'impossible'>,
): Expectation {
  const because = keysOf(wanted, parameters);
  return { layer: 'cgroup', device: wanted.device, subject, knob, parameters, because, ...rest };
}
