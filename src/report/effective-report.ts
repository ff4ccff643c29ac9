import type { DeviceRef } from '../domain/tuning.ts';
import type { Claim, Effective, Limited, Owner } from '../effective/claim.ts';
import type { Contest } from '../effective/contest.ts';

/** What limits a domain's devices, as a program reads it. */
export interface EffectiveReport {
  readonly schemaVersion: 1;
  readonly kind: 'effective';
  readonly domain: { readonly name: string; readonly uuid: string };
  readonly effective: readonly Effective[];
  readonly contests: readonly {
    readonly device: DeviceRef;
    readonly limited: Limited;
    readonly owners: readonly Owner[];
    readonly loses?: Claim;
  }[];
}

/** The report of one domain. */
export function effectiveReport(
  { name, uuid }: EffectiveReport['domain'],
  effective: readonly Effective[],
  contests: readonly Contest[],
): EffectiveReport {
  return {
    schemaVersion: 1,
    kind: 'effective',
    domain: { name, uuid },
    effective,
    contests: contests.map(({ effective: { device, limited }, owners, loses }) => ({
      device,
      limited,
      owners,
      ...(loses && { loses }),
    })),
  };
}
