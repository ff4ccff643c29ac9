import { auditReport } from '../../report/audit-report.ts';
import { renderAuditError, renderGone } from '../../report/audit-text.ts';
import { renderAuditChanges } from '../../report/watch-text.ts';
import type { Outcome } from '../../verify/verdict.ts';
import { type WatchNews, watchDomains } from '../../workflow/watch.ts';
import { connected } from '../connection.ts';
import { desiredFrom } from '../desired.ts';
import { exitCodeOfOutcomes } from '../exit-codes.ts';
import { processTerminal, type Terminal } from '../terminal.ts';
import type { AuditOptions } from './audit.ts';

/** Options of `audit --watch`. */
export interface WatchOptions extends Omit<AuditOptions, 'format'> {
  readonly watch: true;
  readonly format: 'table' | 'text' | 'jsonl';
  /** In ms. */
  readonly interval?: number;
}

/** How often everything is read again when nothing is said, in ms. */
const INTERVAL_MS = 60_000;

/** libvirt tells of a start, and of its tuning, in several events. */
const SETTLE_MS = 300;

/** A lost connection is tried again for so long at a time, in ms; Ctrl-C is heard in between. */
const RECONNECT_MS = 1000;

/** `virt-quota audit --watch`: prints what changes, until it is interrupted. */
export async function watch(names: readonly string[], options: WatchOptions): Promise<void> {
  const terminal = processTerminal(options);
  const desiredOf = await desiredFrom(options, terminal);
  const { interval: intervalMs = INTERVAL_MS } = options;
  const states = new Map<string, Outcome>();
  await connected({ ...options, readOnly: true, reconnectMs: RECONNECT_MS }, terminal, async surroundings => {
    const news = watchDomains(surroundings, { names, desiredOf, intervalMs, settleMs: SETTLE_MS });
    for await (const one of news) {
      remember(states, one);
      print(one, options, terminal);
    }
  });
  process.exitCode = exitCodeOfOutcomes(new Set(states.values()));
}

/** How each domain stood last: the exit code tells of that. */
function remember(states: Map<string, Outcome>, news: WatchNews): void {
  if (news.kind === 'audited') states.set(news.audit.domain.uuid, news.audit.outcome);
  if (news.kind === 'unreadable') states.set(news.domain.uuid, 'inconclusive');
  if (news.kind === 'gone') states.delete(news.domain.uuid);
}

function print(news: WatchNews, { format }: WatchOptions, terminal: Terminal): void {
  const at = new Date();
  const text =
    format === 'jsonl' ? JSON.stringify(lineOf(news, at.toISOString())) : timed(news, at, terminal);
  if (text !== undefined) terminal.out(`${text}\n`);
}

function timed(news: WatchNews, at: Date, terminal: Terminal): string | undefined {
  const time = terminal.paint('dim', at.toTimeString().slice(0, 8));
  return textOf(news, terminal)?.replace(/^/, `${time}  `).replaceAll('\n', '\n          ');
}

function textOf(news: WatchNews, { paint, say }: Terminal): string | undefined {
  switch (news.kind) {
    case 'audited':
      return renderAuditChanges(news.audit, news.changes, news.because, paint);
    case 'unreadable':
      return renderAuditError(news.domain.name, news.error.message, paint);
    case 'gone':
      return renderGone(news.domain.name, 'it is gone', paint);
    case 'lost':
      say(`connection lost: ${news.error.message}; trying again`, { always: true });
      return undefined;
    case 'back':
      say('connected again; reading everything anew', { always: true });
      return undefined;
  }
}

function lineOf(news: WatchNews, at: string): object {
  const head = { schemaVersion: 1, kind: 'audit-change', at };
  switch (news.kind) {
    case 'audited': {
      const { audit, changes, because, isFirst } = news;
      return {
        ...head,
        what: isFirst ? 'first' : 'changed',
        because,
        ...changes,
        audit: auditReport({ audit }),
      };
    }
    case 'unreadable':
      return { ...head, what: 'unreadable', audit: auditReport(news) };
    case 'gone':
      return { ...head, what: 'gone', domain: { name: news.domain.name, uuid: news.domain.uuid } };
    case 'lost':
      return { ...head, what: 'lost', error: { code: news.error.code, message: news.error.message } };
    case 'back':
      return { ...head, what: 'back' };
  }
}
