import type { DiskDefinition } from '../domain/definition.ts';
import { pastThrottle } from '../domain/enforcement.ts';
import type { IoTuneParameter } from '../domain/iotune.ts';
import type { DeviceTuning, Limits } from '../domain/tuning.ts';
import type { Unseen } from './certainty.ts';
import { type Claim, type Effective, effective, type Limited, unseenClaim } from './claim.ts';

/** What a disk has in force: the numbers that QEMU answers; absent: it could not be asked. */
export interface DiskState {
  readonly disk: DiskDefinition;
  readonly throttle?: Limits;
  /** Why QEMU's throttle could not be read, or not all of it. */
  readonly unseen?: Unseen;
  /** The other disks that share its bucket. */
  readonly shares: readonly string[];
}

const respects: readonly {
  readonly limited: Limited;
  readonly unit: Effective['unit'];
  readonly own: IoTuneParameter;
  readonly total: IoTuneParameter;
}[] = [
  { limited: 'read bytes', unit: 'B/s', own: 'read_bytes_sec', total: 'total_bytes_sec' },
  { limited: 'write bytes', unit: 'B/s', own: 'write_bytes_sec', total: 'total_bytes_sec' },
  { limited: 'read requests', unit: 'requests/s', own: 'read_iops_sec', total: 'total_iops_sec' },
  { limited: 'write requests', unit: 'requests/s', own: 'write_iops_sec', total: 'total_iops_sec' },
];

/** By a direction's limit of bytes: those of its requests. */
const requestsOf: Partial<Record<IoTuneParameter, readonly IoTuneParameter[]>> = {
  read_bytes_sec: ['read_iops_sec', 'total_iops_sec'],
  write_bytes_sec: ['write_iops_sec', 'total_iops_sec'],
};

/**
 * Where a request counts as one for each `size_iops_sec` bytes of it, a limit of requests is one of bytes too.
 * @see qemu block/throttle-groups.c, util/throttle.c:throttle_account
 */
function sizedClaims(
  { disk, throttle }: DiskState,
  names: readonly IoTuneParameter[] = [],
): readonly (Claim & { readonly value: number })[] {
  const size = throttle?.size_iops_sec ?? 0;
  if (size === 0 || pastThrottle(disk) !== undefined) return [];
  return names.flatMap(name => {
    const requests = throttle?.[name] ?? 0;
    if (requests === 0) return [];
    const isDefined = disk.iotune[name] === requests && disk.iotune.size_iops_sec === size;
    const owner = isDefined ? 'libvirt' : 'unknown';
    const at = `qemu ${disk.target} ${name}`;
    return [
      { owner, at, value: requests * size, standing: 'looser', why: `of ${size} bytes each (size_iops_sec)` },
    ];
  });
}

/** What limits a disk: of a direction's own limit and the one for both, the lesser. 0 is no limit. */
export function effectiveDisk(state: DiskState, asked: DeviceTuning | undefined): readonly Effective[] {
  const { disk, throttle } = state;
  const device = { kind: 'disk', target: disk.target } as const;
  return respects.flatMap(({ limited, unit, own, total }) => {
    const both = [own, total] as const;
    const sized = unit === 'B/s' ? sizedClaims(state, requestsOf[own]) : [];
    const claims = [...claimsOf(state, both), ...sized, ...(state.unseen ? [unseenClaim(state.unseen)] : [])];
    const wanted = askedOf(asked, both);
    if (claims.length === 0 && wanted === undefined) return [];
    const held = both.map(name => throttle?.[name] ?? 0).filter(value => value > 0);
    const least = Math.min(...held, ...sized.map(({ value }) => value));
    const standing = claims.map((claim): Claim => {
      if (claim.standing !== 'looser') return claim;
      return claim.value === least ? { ...claim, standing: 'binds' } : claim;
    });
    const head = { device, limited, unit, sharedWith: state.shares.map(one => `disk ${one}`) } as const;
    return [effective({ ...head, ...(wanted && { asked: wanted }) }, standing)];
  });
}

/** What QEMU holds, and what only the definition has. */
function claimsOf({ disk, throttle }: DiskState, names: readonly IoTuneParameter[]): readonly Claim[] {
  return names.flatMap((name): readonly Claim[] => {
    const defined = disk.iotune[name] ?? 0;
    const value = throttle?.[name] ?? 0;
    const past = pastThrottle(disk);
    if (past !== undefined) {
      const least = value > 0 ? value : defined;
      return least > 0 ? [overwritten(least, name, past)] : [];
    }
    if (value > 0) {
      const owner = value === defined ? 'libvirt' : 'unknown';
      const found: Claim = { owner, at: `qemu ${disk.target} ${name}`, value, standing: 'looser' };
      if (value === defined || defined === 0) return [found];
      return [found, overwritten(defined, name, `QEMU has another one`)];
    }
    if (defined === 0) return [];
    if (throttle === undefined) {
      return [
        {
          owner: 'libvirt',
          at: `definition ${name}`,
          value: defined,
          standing: 'unseen',
          why: 'QEMU did not say',
        },
      ];
    }
    return [overwritten(defined, name, 'QEMU has no such limit')];
  });
}

function overwritten(value: number, name: string, why: string): Claim {
  return { owner: 'libvirt', at: `definition ${name}`, value, standing: 'not-in-force', why };
}

/** The lesser of what is asked for a direction and for both. */
function askedOf(
  asked: DeviceTuning | undefined,
  names: readonly IoTuneParameter[],
): Effective['asked'] | undefined {
  const wanted = names.flatMap(name => {
    const value = asked?.limits[name] ?? 0;
    return value > 0 ? [{ value, because: asked?.because[name] ?? '' }] : [];
  });
  return wanted.sort((one, other) => one.value - other.value)[0];
}
