import { type AuditChanges, type AuditState, changesBetween } from '../audit/changes.ts';
import type { DomainAudit } from '../audit/domain-audit.ts';
import { QuotaError } from '../errors.ts';
import type { DomainRef, HypervisorReader, HypervisorWatcher } from '../ports/hypervisor.ts';
import { type AuditOutcome, auditDomains, type Desired } from './audit.ts';
import { Due } from './due.ts';
import type { DomainView } from './look-at.ts';
import type { ReadSurroundings } from './surroundings.ts';

/** What a watch works with. */
export type WatchSurroundings = ReadSurroundings & {
  readonly hypervisor: HypervisorReader & HypervisorWatcher;
};

/** What to watch, and how closely. */
export interface WatchOptions {
  /** Names, UUIDs or ids; empty: all domains, also those that come later. */
  readonly names: readonly string[];
  readonly desiredOf: (view: DomainView) => Desired;
  /** All is read again after so many ms: nobody tells when tc or a cgroup file changes. */
  readonly intervalMs: number;
  /** Events that come within so many ms are one. */
  readonly settleMs: number;
}

/** Something that was not so before. */
export type WatchNews =
  | {
      readonly kind: 'audited';
      readonly audit: DomainAudit;
      readonly changes: AuditChanges;
      /** Whether the domain was not looked at before. */
      readonly isFirst: boolean;
      /** libvirt's events that made us look; none: the interval. */
      readonly because: readonly string[];
    }
  | { readonly kind: 'unreadable'; readonly domain: DomainRef; readonly error: QuotaError }
  | { readonly kind: 'gone'; readonly domain: DomainRef }
  | { readonly kind: 'lost'; readonly error: QuotaError }
  | { readonly kind: 'back' };

/** How long to wait before a lost hypervisor is tried again, in ms. */
const RETRY_MS = 2000;

/**
 * Audits, and goes on auditing: a domain at once when libvirt tells of it, all of them at an interval. Yields only what
 * is not as it was. A lost connection is news, and everything is read again when it is back. Ends when the signal comes.
 *
 * @throws QuotaError `unreachable` when the hypervisor was never reached; `not-found` for a name that no domain has
 */
export async function* watchDomains(
  surroundings: WatchSurroundings,
  options: WatchOptions,
): AsyncGenerator<WatchNews> {
  const { hypervisor, signal } = surroundings;
  const rounds = new Rounds(surroundings, options);
  for (let isLost = false; !signal?.aborted; ) {
    try {
      const due = new Due();
      const watch = await hypervisor.watch(({ domain, what }) => due.add(domain.uuid, what));
      void watch.ended.then(() => due.end());
      try {
        if (isLost) yield { kind: 'back' };
        isLost = false;
        yield* rounds.untilEnd(due);
      } finally {
        await watch.stop();
      }
      if (signal?.aborted) return;
      throw (await watch.ended) ?? new QuotaError('unreachable', 'events', 'libvirt tells no more events');
    } catch (error) {
      if (signal?.aborted) return;
      if (!isUnreachable(error) || !rounds.hasBegun) throw error;
      if (!isLost) yield { kind: 'lost', error };
      isLost = true;
      await new Due().wait(RETRY_MS, signal);
    }
  }
}

/** Looks again and again, and remembers what was seen. */
class Rounds {
  readonly #surroundings: WatchSurroundings;
  readonly #options: WatchOptions;
  readonly #known = new Map<string, { readonly domain: DomainRef; readonly state?: AuditState }>();
  hasBegun = false;

  constructor(surroundings: WatchSurroundings, options: WatchOptions) {
    this.#surroundings = surroundings;
    this.#options = options;
  }

  /** All of them, then those that are due and all of them in turn, until nothing more will be due. */
  async *untilEnd(due: Due): AsyncGenerator<WatchNews> {
    const { intervalMs, settleMs } = this.#options;
    const { signal } = this.#surroundings;
    yield* this.#all(new Map());
    for (let next = performance.now() + intervalMs; ; ) {
      const woken = await due.wait(next - performance.now(), signal);
      if (woken === 'ended' || woken === 'aborted') return;
      if (woken === 'time') {
        yield* this.#all(due.take());
        next = performance.now() + intervalMs;
      } else {
        await new Due().wait(settleMs, signal);
        yield* this.#these(due.take());
      }
    }
  }

  async *#all(why: ReadonlyMap<string, readonly string[]>): AsyncGenerator<WatchNews> {
    const domains = await this.#present();
    this.hasBegun = true;
    const uuids = new Set(domains.map(domain => domain.uuid));
    for (const { domain } of [...this.#known.values()]) {
      if (!uuids.has(domain.uuid)) yield this.#gone(domain);
    }
    yield* this.#audited(domains, ({ uuid }) => why.get(uuid) ?? []);
  }

  /** Those of the names that there still are; one that never was is a mistake. */
  async #present(): Promise<readonly DomainRef[]> {
    const { hypervisor } = this.#surroundings;
    const { names } = this.#options;
    if (names.length === 0) return hypervisor.listDomains();
    const found = names.map(name =>
      hypervisor.lookup(name).catch((error: unknown) => {
        if (this.hasBegun && error instanceof QuotaError && error.code === 'not-found') return undefined;
        throw error;
      }),
    );
    return (await Promise.all(found)).filter(domain => domain !== undefined);
  }

  async *#these(why: ReadonlyMap<string, readonly string[]>): AsyncGenerator<WatchNews> {
    const present = await this.#present();
    const uuids = new Set(present.map(domain => domain.uuid));
    for (const uuid of why.keys()) {
      const known = this.#known.get(uuid);
      if (known !== undefined && !uuids.has(uuid)) yield this.#gone(known.domain);
    }
    const changed = present.filter(domain => why.has(domain.uuid));
    yield* this.#audited(changed, ({ uuid }) => why.get(uuid) ?? []);
  }

  async *#audited(
    domains: readonly DomainRef[],
    because: (domain: DomainRef) => readonly string[],
  ): AsyncGenerator<WatchNews> {
    const { desiredOf } = this.#options;
    for await (const outcome of auditDomains(this.#surroundings, domains, desiredOf, { counters: false })) {
      const news = this.#newsOf(outcome, because);
      if (news !== undefined) yield news;
    }
  }

  #newsOf(outcome: AuditOutcome, because: (domain: DomainRef) => readonly string[]): WatchNews | undefined {
    if ('error' in outcome) {
      const { domain, error } = outcome;
      const wasUnreadable = this.#known.has(domain.uuid) && this.#known.get(domain.uuid)?.state === undefined;
      if (error.code === 'not-found') return this.#known.has(domain.uuid) ? this.#gone(domain) : undefined;
      this.#known.set(domain.uuid, { domain });
      return wasUnreadable ? undefined : { kind: 'unreadable', domain, error };
    }
    const { audit } = outcome;
    const { domain, outcome: verdict, coverage, findings, source, flavor } = audit;
    const before = this.#known.get(domain.uuid)?.state;
    const named = flavor !== undefined && { flavor };
    const state = { domain, outcome: verdict, coverage, findings, source, ...named };
    this.#known.set(domain.uuid, { domain, state });
    const changes = changesBetween(before, state);
    if (changes === undefined) return undefined;
    return { kind: 'audited', audit, changes, isFirst: before === undefined, because: because(domain) };
  }

  #gone(domain: DomainRef): WatchNews {
    this.#known.delete(domain.uuid);
    return { kind: 'gone', domain };
  }
}

function isUnreachable(error: unknown): error is QuotaError {
  return error instanceof QuotaError && error.code === 'unreachable';
}
