import type { Circumstances } from '../audit/circumstances.ts';
import type { CounterSample, CounterSamples } from '../audit/counters.ts';
import {
  type AuditedDomain,
  auditDomain,
  type DesiredSource,
  type DomainAudit,
} from '../audit/domain-audit.ts';
import type { RepairContext } from '../audit/repair.ts';
import { QuotaError } from '../errors.ts';
import type { DomainRef, DomainState } from '../ports/hypervisor.ts';
import { type Judgement, judgeDomain } from './assess.ts';
import { readCircumstances } from './circumstances.ts';
import { inStep, setOut } from './in-step.ts';
import { chooseScopes, type DomainView, lookAt } from './look-at.ts';
import { portionsOf } from './portions.ts';
import { sampleAssessed, sampleDomains } from './sample-domains.ts';
import { stillThere } from './still-there.ts';
import type { ReadSurroundings } from './surroundings.ts';
import { type Asked, flavorWish } from './wish.ts';

/** What a domain shall have, and who says so. */
export interface Desired {
  readonly source: DesiredSource;
  readonly flavor?: string;
  readonly asked: Asked;
  /** How an apply would be told the same; absent: nobody says what is wanted. */
  readonly repair?: RepairContext;
}

/** One domain of an audit: its conclusions, or why there are none. */
export type AuditOutcome =
  | { readonly audit: DomainAudit }
  | { readonly domain: DomainRef; readonly error: QuotaError };

const AT_ONCE = 32;

/** How domains are audited. */
export interface AuditManner {
  /** Between two samples of all counters; absent: they are read once, and nothing is said of rates. */
  readonly pause?: () => Promise<void>;
  /** False: counters are not read, and nothing is said of use. */
  readonly counters?: boolean;
  /**
   * Domains that are read at once: what they ask of the host at the same time is asked together. Absent: 32. Of a
   * captured host nothing is waited for, so that each more is only kept in memory for longer.
   */
  readonly atOnce?: number;
}

/**
 * Audits domains, some at a time, and hands them over in their order as they are done: memory does not grow with their
 * number. A domain that cannot be read is an outcome of its own, and so is one that vanishes meanwhile (`not-found`).
 *
 * @param desiredOf says what a domain shall have, from what is known of it
 * @throws QuotaError `unreachable` when the hypervisor is gone; the signal's reason
 */
export async function* auditDomains(
  surroundings: ReadSurroundings,
  domains: Iterable<DomainRef>,
  desiredOf: (view: DomainView) => Desired,
  manner: AuditManner = {},
): AsyncGenerator<AuditOutcome> {
  for await (const outcome of auditOnce(surroundings, domains, desiredOf, manner)) {
    const changed = await changedMeanwhile(surroundings, outcome);
    if (changed === undefined) yield outcome;
    else yield* auditAgain(surroundings, changed, desiredOf, manner);
  }
}

/** A domain that is another one than it was when its audit began; of what holds there is nothing to doubt. */
async function changedMeanwhile(
  surroundings: ReadSurroundings,
  outcome: AuditOutcome,
): Promise<Extract<AuditOutcome, { readonly error: QuotaError }> | undefined> {
  if ('error' in outcome) return undefined;
  const { audit } = outcome;
  if (audit.domain.id === undefined || audit.outcome === 'pass' || audit.outcome === 'not-applicable')
    return undefined;
  try {
    await stillThere(surroundings, audit.domain);
    return undefined;
  } catch (error) {
    if (!(error instanceof QuotaError) || error.code !== 'not-found') throw error;
    return { domain: audit.domain, error };
  }
}

/** As what it is now: one that was stopped is a domain that does not run. Who does not come to rest is gone. */
async function* auditAgain(
  surroundings: ReadSurroundings,
  changed: Extract<AuditOutcome, { readonly error: QuotaError }>,
  desiredOf: (view: DomainView) => Desired,
  { counters = true }: AuditManner,
): AsyncGenerator<AuditOutcome> {
  for await (const outcome of auditOnce(surroundings, [changed.domain], desiredOf, { counters })) {
    yield (await changedMeanwhile(surroundings, outcome)) ?? outcome;
  }
}

async function* auditOnce(
  surroundings: ReadSurroundings,
  domains: Iterable<DomainRef>,
  desiredOf: (view: DomainView) => Desired,
  { pause, counters = true, atOnce = AT_ONCE }: AuditManner,
): AsyncGenerator<AuditOutcome> {
  const { signal } = surroundings;
  const before = pause && (await sampleDomains(surroundings, domains, atOnce));
  await pause?.();
  for (const some of portionsOf(domains, atOnce)) {
    // Others get their turn: signals, timers.
    await new Promise(resolve => setImmediate(resolve));
    const seen = await inStep(setOut(some), signal, ({ uuid }) => lookAt(surroundings, uuid));
    const judged = await inStep(seen, signal, view => judgeOne(surroundings, view, desiredOf(view)));
    const audited = await inStep(judged, signal, async one => {
      const [circumstances, samples] = await Promise.all([
        readCircumstances(surroundings.host, one.judgement),
        counters ? samplesOf(surroundings, one.judgement, before) : undefined,
      ]);
      return concluded(one, circumstances, samples);
    });
    for (const one of audited) yield 'error' in one ? one : { audit: one.value };
  }
}

/** What a domain shall have, and how it stands against that. */
interface Judged {
  readonly desired: Desired;
  readonly judgement: Judgement;
}

async function judgeOne(surroundings: ReadSurroundings, view: DomainView, desired: Desired): Promise<Judged> {
  const both = (['live', 'config'] as const).filter(scope => view[scope] !== undefined);
  const scopes = chooseScopes(view, both);
  return { desired, judgement: await judgeDomain(surroundings, view, flavorWish(desired.asked), scopes) };
}

function concluded(
  { desired: { source, flavor, asked, repair }, judgement }: Judged,
  circumstances: Circumstances,
  samples: CounterSamples | undefined,
): DomainAudit {
  const { view, tuning, facts, verdicts } = judgement;
  return auditDomain({
    domain: auditedDomain(view.state),
    source,
    ...(flavor !== undefined && { flavor }),
    tuning,
    definitions: view,
    facts,
    verdicts,
    circumstances,
    ...(asked.record && { asked: asked.record.asked }),
    ...(repair && { repair }),
    ...(samples && { samples }),
  });
}

async function samplesOf(
  surroundings: ReadSurroundings,
  judgement: Judgement,
  earlier: ReadonlyMap<string, CounterSample> | undefined,
): Promise<CounterSamples | undefined> {
  const now = await sampleAssessed(surroundings, judgement, earlier === undefined);
  const before = earlier?.get(judgement.view.state.uuid);
  return now && { now, ...(before && { before }) };
}

function auditedDomain({ name, uuid, id, active, persistent, runState }: DomainState): AuditedDomain {
  const state = runState ?? (active ? 'no state' : 'shut off');
  return { name, uuid, ...(id !== undefined && { id }), state, persistent };
}
