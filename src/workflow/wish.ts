import type { HostCapabilities } from '../domain/capabilities.ts';
import type { DomainDefinition } from '../domain/definition.ts';
import type { IntentRecord } from '../domain/intent-record.ts';
import { prune } from '../domain/prune.ts';
import { type Translation, translateFlavor } from '../domain/translate.ts';
import type { FlavorQuota } from '../intent/flavor-quota.ts';
import type { VolumeIntent } from '../intent/volume-intent.ts';
import type { TuningPlan } from '../plan/plan.ts';
import type { Scope } from '../ports/hypervisor.ts';

/** What is wanted of a domain, worked out for each of its definitions. */
export type Wish = (scope: Scope, domain: DomainDefinition, capabilities: HostCapabilities) => Translation;

/** What a caller asks of a domain. */
export interface Asked {
  readonly quota: FlavorQuota;
  /** Limits of single volumes; absent: none. */
  readonly volumes?: readonly VolumeIntent[];
  /** Take away what a flavor can ask for and this one does not. */
  readonly prune?: boolean;
  /** To be written into the domain's metadata, the time aside; absent: no record. */
  readonly record?: Omit<IntentRecord, 'at'>;
}

/** The wish of a flavor. */
export function flavorWish(asked: Asked): Wish {
  return (scope, domain, capabilities) => {
    const translation = translateFlavor({ ...asked, domain, capabilities });
    return asked.prune === true
      ? prune(translation, { domain, live: scope === 'live', capabilities })
      : translation;
  };
}

/** The wish that a plan was made for: what it says for a definition, whatever that has become. */
export function plannedWish(plan: TuningPlan): Wish {
  return scope => ({ tuning: plan.tuning[scope] ?? [], diagnostics: [] });
}
