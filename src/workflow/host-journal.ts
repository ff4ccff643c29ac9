import type { z } from 'zod';
import { QuotaError } from '../errors.ts';
import type { HostPlan } from '../plan/host-plan.ts';
import { unknownIn } from '../plan/known-ops.ts';
import type { StateFolder } from '../ports/state.ts';
import { hostJournal } from '../schema/host-journal.ts';
import { hostStateName, isHostState } from './journal.ts';
import { readSealed, type Sealed, seal } from './sealed.ts';
import type { HostSurroundings } from './surroundings.ts';

/** What a change of the host writes down before its first write, and forgets when it has ended well. */
export interface HostJournalEntry {
  /** In UTC. */
  readonly startedAt: string;
  /** Its operations are what its kind made them. */
  readonly plan: HostPlan<unknown>;
}

/** Writes down what is about to be done. @throws QuotaError `refused` when it cannot be kept */
export function beginHostJournal(state: StateFolder, entry: HostJournalEntry): Promise<void> {
  const { kind, subject } = entry.plan;
  return state.save(hostStateName(kind, subject), `${JSON.stringify(seal({ ...entry }))}\n`);
}

/** All that was begun and has not ended, and why those cannot be understood that are damaged. @throws QuotaError `refused` */
export async function openHostJournals(
  state: StateFolder,
): Promise<{ readonly entries: readonly HostJournalEntry[]; readonly damaged: readonly QuotaError[] }> {
  const names = (await state.names()).filter(isHostState);
  const read = await Promise.all(names.map(name => readKnown(state, name).catch(asDamaged)));
  return {
    entries: read.flatMap(one => (one === undefined || one instanceof QuotaError ? [] : [one])),
    damaged: read.filter(one => one instanceof QuotaError),
  };
}

/**
 * Works on a thing of the host while no other process does, unless an earlier work on it ended in the middle.
 *
 * @param work gets the name under which the journal is kept
 * @param goesOn whether it is that earlier work which is to be ended
 * @throws QuotaError `locked` when another process is at it, `refused` when an earlier one has not ended
 */
export async function exclusivelyOnHost<T>(
  { state }: HostSurroundings,
  { kind, subject }: { readonly kind: string; readonly subject: string },
  work: (journal: string) => Promise<T>,
  goesOn = false,
): Promise<T> {
  const name = hostStateName(kind, subject);
  const lock = await state?.lock(name).catch(error => {
    const isLocked = error instanceof QuotaError && error.code === 'locked';
    throw isLocked
      ? new QuotaError('locked', subject, `'${subject}' is being changed: ${error.message}`, { cause: error })
      : error;
  });
  try {
    if (!goesOn && state !== undefined && (await readHostJournal(state, name)) !== undefined) {
      const problem = `an earlier change of '${subject}' ended in the middle; undo or finish it with: virt-quota recover ${subject}`;
      throw new QuotaError('refused', subject, problem);
    }
    return await work(name);
  } finally {
    await lock?.release();
  }
}

/** One of them; undefined: nothing was left. @throws QuotaError `refused` when it cannot be understood */
export async function readHostJournal(
  state: StateFolder,
  name: string,
): Promise<HostJournalEntry | undefined> {
  const read = await readText(state, name);
  if (read instanceof QuotaError) throw read;
  return read;
}

/** What may be carried out: nothing but what its kind does to its subject. */
async function readKnown(
  state: StateFolder,
  name: string,
): Promise<HostJournalEntry | QuotaError | undefined> {
  const read = await readText(state, name);
  if (read === undefined || read instanceof QuotaError) return read;
  const unknown = unknownIn(read.plan);
  return unknown === undefined ? read : damaged(state, name, unknown);
}

/** One that may not even be read is named, and the others go on. */
function asDamaged(error: unknown): QuotaError {
  if (error instanceof QuotaError) return error;
  throw error;
}

async function readText(
  state: StateFolder,
  name: string,
): Promise<HostJournalEntry | QuotaError | undefined> {
  const text = await state.load(name);
  if (text === undefined) return undefined;
  const read = readSealed<Sealed<HostJournalEntry>>(text, {
    schema: hostJournal as unknown as z.ZodType<Sealed<HostJournalEntry>>,
    what: 'a journal of virt-quota',
  });
  const wrong = 'problem' in read ? read.problem : wrongPlace(read.content.plan, name);
  if ('content' in read && wrong === undefined)
    return { startedAt: read.content.startedAt, plan: read.content.plan };
  return damaged(state, name, wrong);
}

function wrongPlace({ kind, subject }: HostPlan<unknown>, name: string): string | undefined {
  return hostStateName(kind, subject) === name ? undefined : 'is the journal of something else';
}

function damaged(state: StateFolder, name: string, problem: string | undefined): QuotaError {
  const journal = `the journal '${state.locate(name)}' of an earlier change of the host ${problem}`;
  const advice = 'nothing was touched: see to it by hand, then remove that file';
  return new QuotaError('refused', name, `${journal}; ${advice}`);
}
