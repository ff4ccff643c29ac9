import type { DiskDefinition, DomainDefinition } from '../domain/definition.ts';
import type { DomainRef, HypervisorReader } from '../ports/hypervisor.ts';
import type { Knob } from '../verify/expectation.ts';
import { qemuGroupKnob, qemuKnobs } from '../verify/qemu-knobs.ts';
import type { Reading } from '../verify/reading.ts';
import { look, unseen } from './unseen.ts';

/** Asks QEMU, through libvirt, for the throttle of every disk that has one; works from afar too. */
export async function observeQemu(
  hypervisor: HypervisorReader,
  domain: DomainRef,
  live: DomainDefinition,
): Promise<readonly Reading[]> {
  const readings: Reading[] = [];
  // One after the other: libvirt lets one job into a domain's monitor at a time.
  for (const disk of live.disks.filter(hasThrottle)) {
    readings.push(...(await observeDisk(hypervisor, domain, disk)));
  }
  return readings;
}

async function observeDisk(
  hypervisor: HypervisorReader,
  domain: DomainRef,
  disk: DiskDefinition,
): Promise<readonly Reading[]> {
  const { target } = disk;
  const source = `virDomainGetBlockIoTune(${target}, live)`;
  const seen = await look(() => hypervisor.getLiveIoTune(domain, target));
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
  return [...numbers, groupReading(disk, source, seen.found.group_name)];
}

/** Where libvirt's definition names no group, the name is one that QEMU has made up. */
function groupReading(disk: DiskDefinition, source: string, name: number | string | undefined): Reading {
  const named = disk.iotune.group_name !== undefined && name !== undefined && name !== '';
  return {
    layer: 'qemu',
    subject: disk.target,
    knob: qemuGroupKnob,
    ...(named && { values: { value: name } }),
    evidence: { source, text: `group_name=${name ?? ''}` },
  };
}

/** Empty drives have none, and vhost-user disks do their I/O elsewhere: libvirt refuses to tell. */
function hasThrottle(disk: DiskDefinition): boolean {
  return disk.source !== undefined && disk.type !== 'vhostuser';
}
