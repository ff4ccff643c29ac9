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
import { inOrder } from './in-order.ts';
import { chooseScopes, type DomainView, lookAt } from './look-at.ts';
import { sampleAssessed, sampleDomains } from './sample-domains.ts';
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
 * number. A domain that vanishes meanwhile, or cannot be read, is an outcome of its own.
 *
 * @param desiredOf says what a domain shall have, from what is known of it
 * @throws QuotaError `unreachable` when the hypervisor is gone; the signal's reason
 */
export async function* auditDomains(
  surroundings: ReadSurroundings,
  domains: Iterable<DomainRef>,
  desiredOf: (view: DomainView) => Desired,
  { pause, counters = true, atOnce = AT_ONCE }: AuditManner = {},
): AsyncGenerator<AuditOutcome> {
  const before = pause && (await sampleDomains(surroundings, domains, atOnce));
  await pause?.();
  yield* inOrder(domains, atOnce, async (domain): Promise<AuditOutcome> => {
    surroundings.signal?.throwIfAborted();
    try {
      const sample = (judgement: Judgement) =>
        counters ? samplesOf(surroundings, judgement, before) : undefined;
      return { audit: await auditOne(surroundings, domain, desiredOf, sample) };
    } catch (error) {
      if (!(error instanceof QuotaError) || error.code === 'unreachable') throw error;
      return { domain, error };
    }
  });
}

async function auditOne(
  surroundings: ReadSurroundings,
  domain: DomainRef,
  desiredOf: (view: DomainView) => Desired,
  sample: (judgement: Judgement) => Promise<CounterSamples | undefined> | undefined,
): Promise<DomainAudit> {
  const view = await lookAt(surroundings, domain.uuid);
  const { source, flavor, asked, repair } = desiredOf(view);
  const both = (['live', 'config'] as const).filter(scope => view[scope] !== undefined);
  const scopes = chooseScopes(view, both);
  const judgement = await judgeDomain(surroundings, view, flavorWish(asked), scopes);
  const { tuning, facts, verdicts } = judgement;
  const [circumstances, samples] = await Promise.all([
    readCircumstances(surroundings.host, judgement),
    sample(judgement),
  ]);
  return auditDomain({
    domain: auditedDomain(view.state),
    source,
    ...(flavor !== undefined && { flavor }),
    tuning,
    definitions: judgement.view,
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
  const now = await sampleAssessed(surroundings, judgement);
  const before = earlier?.get(judgement.view.state.uuid);
  return now && { now, ...(before && { before }) };
}

function auditedDomain({ name, uuid, id, active, persistent, runState }: DomainState): AuditedDomain {
  const state = runState ?? (active ? 'no state' : 'shut off');
  return { name, uuid, ...(id !== undefined && { id }), state, persistent };
}
