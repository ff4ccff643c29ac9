import type { Diagnostic } from '../diagnostics.ts';
import type { VolumeIntent } from '../intent/volume-intent.ts';
import { checkGroups, type GroupMember } from './check-groups.ts';
import { checkLimits } from './check-limits.ts';
import type { DiskDefinition } from './definition.ts';
import { pastThrottle } from './enforcement.ts';
import { matchVolumes } from './match-volumes.ts';
import { mergeLimits } from './merge.ts';
import { type DeviceRef, type DeviceTuning, deviceName, type Limits } from './tuning.ts';
import { isVolume } from './volume.ts';
import type { WantedSection } from './wanted-sections.ts';

/** What is asked for a domain's disks. */
export interface DisksInput {
  readonly disks: readonly DiskDefinition[];
  /** For every disk with an image. */
  readonly flavor: WantedSection;
  /** For volumes. */
  readonly volumes: readonly VolumeIntent[];
}

/** What each disk shall have; disks for which nothing is asked are left out. */
export interface DisksTranslation {
  readonly tuning: readonly DeviceTuning[];
  readonly diagnostics: readonly Diagnostic[];
}

/** A disk's limits as they are asked for, or none, with what is to be said. */
interface Part {
  readonly tuning?: DeviceTuning;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Gives disks their limits as Nova does: a flavor's to every disk with an image (root, ephemeral, swap, config drive,
 * rescue), never to a volume; a volume's QoS to that volume only; none to an empty drive.
 *
 * @see nova nova/virt/libvirt/imagebackend.py:disk_qos, nova/virt/libvirt/volume/volume.py:get_config
 */
export function translateDisks({ disks, flavor, volumes }: DisksInput): DisksTranslation {
  const matched = matchVolumes(disks, volumes);
  const asksFlavor = Object.keys(flavor.limits).length > 0;
  const root = disks.find(disk => disk.device === 'disk');
  const parts = disks.map((disk): Part => {
    const volume = matched.volumes.get(disk.target);
    const passedOver = asksFlavor && (volume !== undefined || isVolume(disk));
    const findings = passedOver
      ? [volumeNotLimited(disk, { isRoot: disk === root, hasOwn: volume !== undefined })]
      : [];
    const asked = volume?.quota ?? (asksFlavor && !passedOver ? flavor : undefined);
    if (asked === undefined || Object.keys(asked.limits).length === 0) return { diagnostics: findings };
    const part = diskPart(disk, asked, volume !== undefined);
    return { ...part, diagnostics: [...findings, ...part.diagnostics] };
  });
  return {
    tuning: parts.flatMap(part => part.tuning ?? []),
    diagnostics: [
      ...matched.diagnostics,
      ...parts.flatMap(part => part.diagnostics),
      ...checkGroups(disks.flatMap((disk, index) => memberOf(disk, parts[index]?.tuning))),
    ],
  };
}

function diskPart(disk: DiskDefinition, { limits, because }: WantedSection, named: boolean): Part {
  const device = deviceOf(disk);
  const obstacle = obstacleOf(disk);
  // A flavor is for all disks: those without a medium are not meant.
  if (obstacle === emptyDrive && !named) return { diagnostics: [] };
  if (obstacle === undefined) {
    const merged = mergeLimits(device, disk.iotune, limits);
    const past = pastThrottle(disk) === undefined ? [] : [cannotBeEnforced(device, disk.device)];
    return { tuning: { device, limits, because }, diagnostics: [...checkLimits(device, merged), ...past] };
  }
  return { diagnostics: [cannotBeEnforced(device, obstacle)] };
}

function cannotBeEnforced(device: DeviceRef, type: string): Diagnostic {
  return { code: 'cannot-be-enforced', severity: 'warning', path: deviceName(device), args: { type } };
}

const emptyDrive = 'empty drive';

/** @see libvirt src/qemu/qemu_validate.c:qemuValidateDomainDeviceDefDiskBlkdeviotune */
function obstacleOf(disk: DiskDefinition): string | undefined {
  if (disk.hasThrottleFilters) return 'throttlefilters';
  if (disk.type === 'vhostuser') return disk.type;
  return disk.source === undefined ? emptyDrive : undefined;
}

/** Where a server boots from a volume, its flavor's disk limits are for nothing: worth a warning. */
function volumeNotLimited(
  disk: DiskDefinition,
  { isRoot, hasOwn }: { readonly isRoot: boolean; readonly hasOwn: boolean },
): Diagnostic {
  const path = deviceName(deviceOf(disk));
  const args = { serial: disk.serial ?? '', ...(isRoot && { root: 'root' }), ...(hasOwn && { own: 'own' }) };
  return { code: 'volume-not-limited', severity: isRoot && !hasOwn ? 'warning' : 'info', path, args };
}

function deviceOf({ target }: DiskDefinition): DeviceRef {
  return { kind: 'disk', target };
}

/** Of a throttle group; most disks are in none. */
function memberOf(disk: DiskDefinition, tuning: DeviceTuning | undefined): readonly GroupMember[] {
  const asked: Limits = tuning?.limits ?? {};
  if ((asked.group_name ?? disk.iotune.group_name) === undefined) return [];
  const limits = mergeLimits(deviceOf(disk), disk.iotune, asked);
  return [{ target: disk.target, limits, isAsked: tuning !== undefined }];
}
