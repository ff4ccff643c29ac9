import type { Diagnostic } from '../diagnostics.ts';
import { type IoTune, ioTuneParameters } from './iotune.ts';

/** A disk with all its limits, as after `mergeLimits`. */
export interface GroupMember {
  readonly target: string;
  readonly limits: IoTune;
  /** Whether its limits are being set; groups of which no disk is are none of our business. */
  readonly isAsked: boolean;
}

/**
 * Whether disks that share a throttle group have the same limits: QEMU keeps one bucket for all of them, so the last one
 * that is set would win, and libvirt refuses the definition.
 *
 * @see libvirt src/conf/domain_validate.c:virDomainDefValidateDiskIotune, "different iotunes for disks"
 */
export function checkGroups(disks: readonly GroupMember[]): readonly Diagnostic[] {
  const names = new Set(disks.filter(disk => disk.isAsked).flatMap(disk => disk.limits.group_name ?? []));
  return [...names].flatMap(name => {
    const [first, ...others] = disks.filter(disk => disk.limits.group_name === name);
    return first === undefined ? [] : others.flatMap(other => difference(name, first, other));
  });
}

function difference(name: string, first: GroupMember, other: GroupMember): readonly Diagnostic[] {
  const parameter = ioTuneParameters.find(one => (first.limits[one] || 0) !== (other.limits[one] || 0));
  if (parameter === undefined) return [];
  return [
    {
      code: 'group-differs',
      severity: 'error',
      path: `disk ${other.target}/group_name`,
      value: name,
      args: {
        other: `disk ${first.target}`,
        parameter,
        here: other.limits[parameter] ?? 0,
        there: first.limits[parameter] ?? 0,
      },
    },
  ];
}
