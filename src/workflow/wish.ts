import type { HostCapabilities } from '../domain/capabilities.ts';
import { checkDefinition, checkKept } from '../domain/check-definition.ts';
import type { DomainDefinition } from '../domain/definition.ts';
import type { IntentRecord } from '../domain/intent-record.ts';
import { prune } from '../domain/prune.ts';
import { type Translation, translateFlavor } from '../domain/translate.ts';
import { wantedSections } from '../domain/wanted-sections.ts';
import type { VolumeIntent } from '../intent/volume-intent.ts';
import type { WholeQuota } from '../intent/whole-quota.ts';
import type { TuningPlan } from '../plan/plan.ts';
import type { Scope } from '../ports/hypervisor.ts';

/** What is wanted of a domain. */
export interface Wish {
  /** Worked out for one of its definitions. */
  readonly translate: (scope: Scope, domain: DomainDefinition, capabilities: HostCapabilities) => Translation;
  /** Paths of the host's block devices that it may say something of: they are looked at before it is worked out. */
  readonly hostDevices: (domain: DomainDefinition) => readonly string[];
  /** As {@link Asked.ovsNative}. */
  readonly ovsNative?: boolean;
}

/** What a caller asks of a domain. */
export interface Asked {
  readonly quota: WholeQuota;
  /** Limits of single volumes; absent: none. */
  readonly volumes?: readonly VolumeIntent[];
  /** Take away what a flavor can ask for and this one does not. */
  readonly prune?: boolean;
  /**
   * Limit `ethernet` taps that are ports of Open vSwitch in its database, since it removes what libvirt sets with tc.
   * Taps that are limited so already stay with it.
   */
  readonly ovsNative?: boolean;
  /** To be written into the domain's metadata, the time aside; absent: no record. */
  readonly record?: Omit<IntentRecord, 'at'>;
}

/** The wish of a flavor. */
export function flavorWish(asked: Asked): Wish {
  const { quota, volumes, prune: isWhole, ovsNative } = asked;
  return {
    translate: (scope, domain, capabilities) => {
      const live = scope === 'live';
      const asked = translateFlavor({ quota, ...(volumes && { volumes }), domain, capabilities });
      const { tuning, diagnostics } = isWhole === true ? prune(asked, { domain, live, capabilities }) : asked;
      const ofDefinition = checkDefinition({ domain, tuning, host: capabilities });
      const ofKept = live ? checkKept({ domain, tuning }) : [];
      return { tuning, diagnostics: [...diagnostics, ...ofDefinition, ...ofKept] };
    },
    hostDevices: domain =>
      [...wantedSections(quota).hostDevices, ...(isWhole === true ? domain.hostDevices : [])].map(
        ({ path }) => path,
      ),
    ...(ovsNative === true && { ovsNative }),
  };
}

/** The wish that a plan was made for: what it says for a definition, whatever that has become. */
export function plannedWish({ tuning, ovsNative }: TuningPlan): Wish {
  return {
    translate: scope => ({ tuning: tuning[scope] ?? [], diagnostics: [] }),
    hostDevices: () =>
      [...(tuning.live ?? []), ...(tuning.config ?? [])].flatMap(({ device }) =>
        device.kind === 'host-device' ? [device.path] : [],
      ),
    ...(ovsNative === true && { ovsNative }),
  };
}
