import type { DiskDefinition, DomainDefinition } from '../domain/definition.ts';
import type { DomainRef, HypervisorReader } from '../ports/hypervisor.ts';
import type { Knob } from '../verify/expectation.ts';
import { qemuGroupKnob, qemuKnobs } from '../verify/qemu-knobs.ts';
import type { Reading } from '../verify/reading.ts';
import { look, type Seen, unseen } from './unseen.ts';

/**
 * Asks QEMU, through libvirt, for the throttle of every disk that has one; works from afar too.
 *
 * QEMU throttles at the disk's frontend, in front of all nodes below: whatever the guest asks for passes it once, and
 * snapshots, mirrors and other backing nodes change nothing. Requests that are not the guest's (an NBD export, a block
 * job) come in below it, and are not what the limit is of. What this call does not tell, and no call does that changes
 * nothing and is open to who may only read: who is in a throttle group besides libvirt's disks.
 *
 * @see QEMU block/block-backend.c:blk_co_do_preadv_part, blockdev.c:qmp_block_set_io_throttle
 */
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
 * The group of a disk. One that QEMU has made up for this disk alone is none; one that neither libvirt nor QEMU has named
 * may have members that libvirt does not know, and so another disk than this may use up what is its own.
 */
function groupReading(throttle: Throttle, source: string, all: readonly Throttle[]): Reading {
  const name = groupOf(throttle);
  const others = all.filter(other => other !== throttle && groupOf(other) === name);
  const isOwn = throttle.disk.iotune.group_name === undefined && others.length === 0;
  const isKnown = name === '' || !isOwn || isMadeUp(String(name), throttle.disk);
  return {
    layer: 'qemu',
    subject: throttle.disk.target,
    knob: qemuGroupKnob,
    ...(name !== '' && !isOwn && { values: { value: name } }),
    ...(!isKnown && {
      unreadable: `who else is in QEMU's throttle group '${name}' is not told; with its limits set to 0 and anew it comes out of it`,
    }),
    evidence: { source, text: `group_name=${name}` },
  };
}

/**
 * Whether it is the name that a group gets when none is asked for: what libvirt calls the disk towards QEMU.
 *
 * @see libvirt src/qemu/qemu_alias.c:qemuAssignDeviceDiskAlias, QEMU blockdev.c:qmp_block_set_io_throttle
 */
function isMadeUp(name: string, { alias }: DiskDefinition): boolean {
  // Captures of the first versions do not have the alias.
  if (alias === undefined) return true;
  return name === alias || name === `drive-${alias}` || name.startsWith(`/machine/peripheral/${alias}/`);
}

function groupOf({ seen }: Throttle): string | number {
  return 'found' in seen ? (seen.found.group_name ?? '') : '';
}

/** Empty drives have none, and vhost-user disks do their I/O elsewhere: libvirt refuses to tell. */
function hasThrottle(disk: DiskDefinition): boolean {
  return disk.source !== undefined && disk.type !== 'vhostuser';
}
