import type { Claim, Effective, Owner } from './claim.ts';

/** Two owners of one device in one respect. */
export interface Contest {
  readonly effective: Effective;
  /** Of those who want a limit here. */
  readonly owners: readonly Owner[];
  /** What is not what it seems: another one's limit binds, or one that is asked for is out of force. */
  readonly loses?: Claim;
}

/** Where more than one owner has put a limit: the last writer wins, and nobody is told. */
export function contests(all: readonly Effective[]): readonly Contest[] {
  return all.flatMap(one => {
    const limits = one.claims.filter(claim => claim.value !== undefined);
    const owners = [...new Set(limits.map(claim => claim.owner))];
    if (owners.length < 2) return [];
    const loses = limits.find(claim => claim.standing === 'shadowed' || claim.standing === 'not-in-force');
    return [{ effective: one, owners, ...(loses && { loses }) }];
  });
}
