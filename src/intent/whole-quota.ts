import type { Diagnostic } from '../diagnostics.ts';
import { type FlavorQuota, flavorQuota } from './flavor-quota.ts';
import { type OwnQuota, ownQuota } from './own-quota.ts';

/** All that extra specs ask for: what Nova knows, and what only our own namespace has. */
export interface WholeQuota extends FlavorQuota {
  /** Absent when there is no key of our namespace: then everything is as Nova has it. */
  readonly own?: OwnQuota;
}

/** The limits and all that is to be said about them. */
export interface WholeQuotaResult {
  readonly quota: WholeQuota;
  /** Findings on Nova's keys, then on ours; any error among them means that nothing may be applied. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads the `quota:` keys as Nova does, and the `virt-quota:` keys. */
export function wholeQuota(extraSpecs: Readonly<Record<string, string>>): WholeQuotaResult {
  const nova = flavorQuota(extraSpecs);
  const own = ownQuota(extraSpecs);
  return {
    quota: own.quota === undefined ? nova.quota : { ...nova.quota, own: own.quota },
    diagnostics: [...nova.diagnostics, ...own.diagnostics],
  };
}
