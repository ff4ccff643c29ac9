import { createHash } from 'node:crypto';
import { QuotaError } from '../errors.ts';
import type { TuningPlan } from '../plan/plan.ts';
import type { DomainRef } from '../ports/hypervisor.ts';
import type { StateFolder } from '../ports/state.ts';
import { journal as journalSchema } from '../schema/journal.ts';
import { readSealed, type Sealed, seal } from './sealed.ts';

/** What an apply writes down before its first write, and forgets when it has ended well. */
export interface JournalEntry {
  readonly schemaVersion: 1;
  /** Which one it is, however it is reached. @see Hypervisor.identity */
  readonly hypervisor: string;
  /** The hypervisor's, as it was connected to. */
  readonly uri: string;
  /** In UTC. */
  readonly startedAt: string;
  readonly plan: TuningPlan;
}

/** What was begun and has not ended. */
export interface OpenJournals {
  readonly entries: readonly JournalEntry[];
  /** Of those that cannot be understood: why, and what can be done about it. */
  readonly damaged: readonly QuotaError[];
}

/** Under which name a domain's lock and journal are kept: the same UUID may be on two hypervisors. */
export function journalName(hypervisor: string, uuid: string): string {
  return `${uuid}-${createHash('sha256').update(hypervisor).digest('hex').slice(0, 12)}`;
}

/** Under which name the lock and journal of something of the host are kept; none begins as a UUID does. */
export function hostStateName(kind: string, subject: string): string {
  return `host-${kind}-${createHash('sha256').update(subject).digest('hex').slice(0, 16)}`;
}

/** Whether a name is one of {@link hostStateName}'s. */
export function isHostState(name: string): boolean {
  return name.startsWith('host-');
}

/** Whether something was begun on a domain of this UUID and has not ended, on whichever hypervisor. @throws QuotaError */
export async function hasJournal(state: StateFolder | undefined, { uuid }: DomainRef): Promise<boolean> {
  const names = (await state?.names()) ?? [];
  return names.some(name => name.startsWith(uuid));
}

/** Under which name it is kept what a removal has to bring back. */
export function rememberedName(kind: string, subject: string): string {
  return hostStateName(kind, subject).replace(/^host/, 'found');
}

/** Whether a name is that of a domain's journal. */
function isDomainState(name: string): boolean {
  return !isHostState(name) && !name.startsWith('found-');
}

/** Writes down what is about to be done. @throws QuotaError `refused` when it cannot be kept */
export function beginJournal(state: StateFolder, entry: JournalEntry): Promise<void> {
  const name = journalName(entry.hypervisor, entry.plan.domain.uuid);
  return state.save(name, `${JSON.stringify(seal(entry))}\n`);
}

/** All that was begun and has not ended, in order of the domains' UUIDs. @throws QuotaError `refused` */
export async function openJournals(state: StateFolder): Promise<OpenJournals> {
  const entries: JournalEntry[] = [];
  const damaged: QuotaError[] = [];
  for (const name of await state.names()) {
    if (!isDomainState(name)) continue;
    const read = await readJournal(state, name).catch((error: unknown) => error);
    // It may have ended since.
    if (read === undefined) continue;
    if (read instanceof Error && !(read instanceof QuotaError)) throw read;
    if (read instanceof QuotaError) damaged.push(read);
    else entries.push(read as JournalEntry);
  }
  return { entries, damaged };
}

/** One of them; undefined: nothing was left. @throws QuotaError `refused` when it cannot be understood */
export async function readJournal(state: StateFolder, name: string): Promise<JournalEntry | undefined> {
  const text = await state.load(name);
  if (text === undefined) return undefined;
  const read = understood(state, name, text);
  if (read instanceof QuotaError) throw read;
  return read;
}

function understood(state: StateFolder, name: string, text: string): JournalEntry | QuotaError {
  const read = readSealed<Sealed<JournalEntry>>(text, {
    schema: journalSchema,
    what: 'a journal of virt-quota',
  });
  if ('problem' in read) return damagedError(state, name, read.problem);
  const { fingerprint: _, ...entry } = read.content;
  return journalName(entry.hypervisor, entry.plan.domain.uuid) === name
    ? entry
    : damagedError(state, name, 'is the journal of another domain');
}

function damagedError(state: StateFolder, name: string, problem: string): QuotaError {
  const file = state.locate(name);
  const uuid = name.slice(0, 36);
  return new QuotaError(
    'refused',
    uuid,
    `an earlier apply to domain ${uuid} ended in the middle, and its journal '${file}' ${problem}; ` +
      `nothing was touched: see to the domain's limits by hand, then remove that file`,
  );
}
