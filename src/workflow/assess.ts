import type { Diagnostic } from '../diagnostics.ts';
import { translateFlavor } from '../domain/translate.ts';
import type { DomainTuning } from '../domain/tuning.ts';
import type { FlavorQuota } from '../intent/flavor-quota.ts';
import { isTestDriver } from '../plan/driver-limits.ts';
import type { Scope } from '../ports/hypervisor.ts';
import { expectDomain } from '../verify/expect.ts';
import { judge } from '../verify/judge.ts';
import { notApplicable } from '../verify/not-applicable.ts';
import type { Reading } from '../verify/reading.ts';
import type { Verdict } from '../verify/verdict.ts';
import { type DomainView, mainDefinition } from './look-at.ts';
import { observeDomain } from './observe.ts';
import type { ReadSurroundings } from './surroundings.ts';

/** How a domain stands against a flavor at one moment. */
export interface Assessment {
  readonly view: DomainView;
  readonly scopes: readonly Scope[];
  /** What the flavor means for each definition that the domain has. */
  readonly tuning: Readonly<Partial<Record<Scope, DomainTuning>>>;
  readonly readings: readonly Reading[];
  readonly verdicts: readonly Verdict[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads every layer of a domain and judges it. Changes nothing. @throws QuotaError `unreachable`, `not-found` */
export async function assess(
  surroundings: ReadSurroundings,
  view: DomainView,
  quota: FlavorQuota,
  scopes: readonly Scope[],
): Promise<Assessment> {
  surroundings.progress?.(`reading '${view.state.name}' at every layer`);
  const { hypervisor, host, signal } = surroundings;
  const observation = await observeDomain({
    hypervisor,
    domain: view.state,
    ...(host && { host }),
    ...(view.live && { live: view.live }),
    ...(view.config && { config: view.config }),
    ...(signal && { signal }),
  });
  const capabilities = {
    libvirtVersion: view.info.libvirtVersion,
    ...(observation.facts.cgroupVersion && { cgroupVersion: observation.facts.cgroupVersion }),
  };
  const main = translateFlavor({ quota, domain: mainDefinition(view), capabilities });
  const expectations = expectDomain({
    asked: main.tuning,
    facts: observation.facts,
    scopes,
    ...(view.live && { live: view.live }),
    ...(view.config && { config: view.config }),
  });
  const verdicts = judge(expectations, observation.readings);
  return {
    view,
    scopes,
    tuning: {
      ...(view.live && { live: translateFlavor({ quota, domain: view.live, capabilities }).tuning }),
      ...(view.config && { config: translateFlavor({ quota, domain: view.config, capabilities }).tuning }),
    },
    readings: observation.readings,
    verdicts: isTestDriver(view.info.driver) ? notApplicable(verdicts) : verdicts,
    diagnostics: main.diagnostics,
  };
}
