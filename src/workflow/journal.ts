import { createHash } from 'node:crypto';
import { QuotaError } from '../errors.ts';
import type { TuningPlan } from '../plan/plan.ts';
import type { StateFolder } from '../ports/state.ts';

/** What an apply writes down before its first write, and forgets when it has ended well. */
export interface JournalEntry {
  readonly schemaVersion: 1;
  /** The hypervisor's, as it was connected to. */
  readonly uri: string;
  /** In UTC. */
  readonly startedAt: string;
  readonly plan: TuningPlan;
}

/** Under which name a domain's lock and journal are kept: the same UUID may be on two hypervisors. */
export function journalName(uri: string, uuid: string): string {
  return `${uuid}-${createHash('sha256').update(uri).digest('hex').slice(0, 12)}`;
}

/** Writes down what is about to be done. @throws QuotaError `refused` when it cannot be kept */
export function beginJournal(state: StateFolder, entry: JournalEntry): Promise<void> {
  return state.save(journalName(entry.uri, entry.plan.domain.uuid), `${JSON.stringify(entry)}\n`);
}

/** All that was begun and has not ended, in no order. @throws QuotaError */
export async function openJournals(state: StateFolder): Promise<readonly JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for (const name of await state.names()) {
    const entry = await readJournal(state, name);
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

/** One of them; undefined: nothing was left. @throws QuotaError `refused` when it cannot be understood */
export async function readJournal(state: StateFolder, name: string): Promise<JournalEntry | undefined> {
  const text = await state.load(name);
  if (text === undefined) return undefined;
  try {
    const entry = JSON.parse(text) as JournalEntry;
    if (entry.schemaVersion === 1 && entry.plan.schemaVersion === 1) return entry;
  } catch {
    // Said below, with what can be done about it.
  }
  throw new QuotaError('refused', name, `the journal '${name}' of an earlier apply cannot be read`);
}
