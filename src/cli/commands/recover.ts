import { deviceName } from '../../domain/tuning.ts';
import { QuotaError } from '../../errors.ts';
import { applyReport } from '../../report/apply-report.ts';
import { renderApply } from '../../report/apply-text.ts';
import { oneLine } from '../../report/table.ts';
import { type HostJournalEntry, openHostJournals } from '../../workflow/host-journal.ts';
import { type JournalEntry, openJournals } from '../../workflow/journal.ts';
import { recoverDomain } from '../../workflow/recover.ts';
import { type ConnectOptions, connected } from '../connection.ts';
import { type ExitCode, exitCode, exitCodeOfApply, exitCodeOfError, worstExitCode } from '../exit-codes.ts';
import { connectionOf } from '../saved-connection.ts';
import { processState } from '../state.ts';
import { type Loudness, processTerminal, type Terminal } from '../terminal.ts';
import { listOnHost, recoverOnHost } from './recover-host.ts';

/** Options of `recover`. */
export interface RecoverOptions extends ConnectOptions, Loudness {
  readonly finish?: boolean;
  readonly list?: boolean;
  readonly format: 'text' | 'json';
}

/** `virt-quota recover`: ends what killed applies were in the middle of. */
export async function recover(names: readonly string[], options: RecoverOptions): Promise<void> {
  const terminal = processTerminal(options);
  const state = processState();
  if (options.list !== true) await state.tidy();
  const [domains, host] = await Promise.all([openJournals(state), openHostJournals(state)]);
  const damaged = [...domains.damaged, ...host.damaged];
  const entries = [...domains.entries, ...host.entries];
  const wanted = entries.filter(
    entry => names.length === 0 || namesOf(entry).some(name => names.includes(name)),
  );
  const known = new Set(wanted.flatMap(namesOf));
  const unknown = names.find(name => !known.has(name));
  // What is damaged may be what was meant.
  if (unknown !== undefined && damaged.length === 0) {
    throw new QuotaError('not-found', unknown, `no apply to '${unknown}' has ended in the middle`);
  }
  if (wanted.length === 0 && damaged.length === 0) terminal.say('nothing to recover');
  const codes = damaged.map(error => sayError(error, terminal));
  for (const entry of wanted) {
    if (options.list !== true) codes.push(await recoverOne(entry, options, terminal));
    else if (isOfDomain(entry)) list(entry, options, terminal);
    else listOnHost(entry, options, terminal);
  }
  process.exitCode = worstExitCode(codes);
}

type Entry = JournalEntry | HostJournalEntry;

function isOfDomain(entry: Entry): entry is JournalEntry {
  return 'hypervisor' in entry;
}

function namesOf(entry: Entry): readonly string[] {
  return isOfDomain(entry) ? [entry.plan.domain.name, entry.plan.domain.uuid] : [entry.plan.subject];
}

function list({ plan, startedAt, uri }: JournalEntry, options: RecoverOptions, terminal: Terminal): void {
  const devices = [...new Set(plan.steps.map(step => deviceName(step.device)))];
  if (options.format === 'json') {
    terminal.out(`${JSON.stringify({ schemaVersion: 1, domain: plan.domain, startedAt, uri, devices })}\n`);
  } else
    terminal.out(`${oneLine(`${plan.domain.name} (${uri}): begun ${startedAt}, ${devices.join(', ')}`)}\n`);
}

async function recoverOnDomain(
  entry: JournalEntry,
  options: RecoverOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const what = `the journal of '${entry.plan.domain.name}'`;
  const connection = connectionOf({ what, uri: entry.uri }, options, terminal);
  const result = await connected({ ...connection, readOnly: false }, terminal, surroundings =>
    recoverDomain(surroundings, entry, options.finish === true ? 'finish' : 'undo'),
  );
  if (options.format === 'json') terminal.out(`${JSON.stringify(applyReport(result))}\n`);
  else terminal.out(renderApply(result, terminal.paint));
  // To be as before is what was asked for here.
  return result.outcome === 'rolled-back' ? exitCode.ok : exitCodeOfApply(result);
}

async function recoverOne(entry: Entry, options: RecoverOptions, terminal: Terminal): Promise<ExitCode> {
  try {
    if (isOfDomain(entry)) return await recoverOnDomain(entry, options, terminal);
    return await recoverOnHost(entry, options, terminal);
  } catch (error) {
    // Whatever is wrong with one, the others go on.
    if (error instanceof QuotaError) return sayError(error, terminal);
    const [name = ''] = namesOf(entry);
    const problem = `the journal of '${name}' cannot be carried out: ${(error as Error).message}`;
    return sayError(new QuotaError('refused', name, problem, { cause: error }), terminal);
  }
}

function sayError(error: QuotaError, terminal: Terminal): ExitCode {
  terminal.say(`virt-quota: ${error.message}`, { always: true });
  return exitCodeOfError(error.code);
}
