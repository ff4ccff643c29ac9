import type { DiskDefinition, DomainDefinition } from '../domain/definition.ts';
import type { DomainRef, HypervisorReader } from '../ports/hypervisor.ts';
import type { Knob } from '../verify/expectation.ts';
import { qemuGroupKnob, qemuKnobs } from '../verify/qemu-knobs.ts';
import type { Reading } from '../verify/reading.ts';
import { look, type Seen, unseen } from './unseen.ts';

/** Asks QEMU, through libvirt, for the throttle of every disk that has one; works from afar too. */
export async function observeQemu(
  hypervisor: Pick<HypervisorReader, 'getLiveIoTune'>,
  domain: DomainRef,
  live: DomainDefinition,
): Promise<readonly Reading[]> {
  const throttles: Throttle[] = [];
  // One after the other: libvirt lets one job into a domain's monitor at a time.
  for (const disk of live.disks.filter(hasThrottle)) {
    throttles.push({ disk, seen: await look(() => hypervisor.getLiveIoTune(domain, disk.target)) });
  }
  return throttles.flatMap(throttle => readingsOf(throttle, throttles));
}

/** What QEMU says of one disk. */
interface Throttle {
  readonly disk: DiskDefinition;
  readonly seen: Seen<Readonly<Record<string, number | string>>>;
}

function readingsOf(throttle: Throttle, all: readonly Throttle[]): readonly Reading[] {
  const { disk, seen } = throttle;
  const { target } = disk;
  const source = `virDomainGetBlockIoTune(${target}, live)`;
  if ('why' in seen) {
    const names = [...qemuKnobs.map(({ knob }) => knob), qemuGroupKnob];
    const knobs = names.map((knob): Knob => ({ layer: 'qemu', subject: target, knob }));
    return unseen(knobs, source, seen.why);
  }
  const numbers = qemuKnobs.map(({ parameter, knob }): Reading => {
    const value = seen.found[parameter];
    return {
      layer: 'qemu',
      subject: target,
      knob,
      ...(value === undefined ? { unreadable: 'libvirt does not tell it' } : { values: { value } }),
      evidence: { source, text: value === undefined ? '' : `${parameter}=${value}` },
    };
  });
  return [...numbers, groupReading(throttle, source, all)];
}

/**
 * Where libvirt's definition names no group, the name is one that QEMU has made up for this disk alone, unless another
 * disk has the same.
 */
function groupReading(throttle: Throttle, source: string, all: readonly Throttle[]): Reading {
  const name = groupOf(throttle);
  const isShared = all.some(other => other !== throttle && groupOf(other) === name);
  const counts = throttle.disk.iotune.group_name !== undefined || isShared;
  return {
    layer: 'qemu',
    subject: throttle.disk.target,
    knob: qemuGroupKnob,
    ...(name !== '' && counts && { values: { value: name } }),
    evidence: { source, text: `group_name=${name}` },
  };
}

function groupOf({ seen }: Throttle): string | number {
  return 'found' in seen ? (seen.found.group_name ?? '') : '';
}

/** Empty drives have none, and vhost-user disks do their I/O elsewhere: libvirt refuses to tell. */
function hasThrottle(disk: DiskDefinition): boolean {
  return disk.source !== undefined && disk.type !== 'vhostuser';
}
