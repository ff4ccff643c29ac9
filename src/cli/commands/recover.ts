import { deviceName } from '../../domain/tuning.ts';
import { QuotaError } from '../../errors.ts';
import { applyReport } from '../../report/apply-report.ts';
import { renderApply } from '../../report/apply-text.ts';
import { type JournalEntry, openJournals } from '../../workflow/journal.ts';
import { recoverDomain } from '../../workflow/recover.ts';
import { type ConnectOptions, connected } from '../connection.ts';
import { type ExitCode, exitCode, exitCodeOfApply, exitCodeOfError, worstExitCode } from '../exit-codes.ts';
import { processState } from '../state.ts';
import { type Loudness, processTerminal, type Terminal } from '../terminal.ts';

/** Options of `recover`. */
export interface RecoverOptions extends ConnectOptions, Loudness {
  readonly finish?: boolean;
  readonly list?: boolean;
  readonly format: 'text' | 'json';
}

/** `virt-quota recover`: ends what killed applies were in the middle of. */
export async function recover(names: readonly string[], options: RecoverOptions): Promise<void> {
  const terminal = processTerminal(options);
  const { entries, damaged } = await openJournals(processState());
  const wanted = entries.filter(
    ({ plan: { domain } }) =>
      names.length === 0 || names.includes(domain.name) || names.includes(domain.uuid),
  );
  const known = new Set(wanted.flatMap(({ plan: { domain } }) => [domain.name, domain.uuid]));
  const unknown = names.find(name => !known.has(name));
  // What is damaged may be what was meant.
  if (unknown !== undefined && damaged.length === 0) {
    throw new QuotaError('not-found', unknown, `no apply to '${unknown}' has ended in the middle`);
  }
  if (wanted.length === 0 && damaged.length === 0) terminal.say('nothing to recover');
  const codes = damaged.map(error => sayError(error, terminal));
  for (const entry of wanted) {
    if (options.list === true) list(entry, options, terminal);
    else codes.push(await recoverOne(entry, options, terminal));
  }
  process.exitCode = worstExitCode(codes);
}

function list({ plan, startedAt, uri }: JournalEntry, options: RecoverOptions, terminal: Terminal): void {
  const devices = [...new Set(plan.steps.map(step => deviceName(step.device)))];
  if (options.format === 'json') {
    terminal.out(`${JSON.stringify({ schemaVersion: 1, domain: plan.domain, startedAt, uri, devices })}\n`);
  } else terminal.out(`${plan.domain.name} (${uri}): begun ${startedAt}, ${devices.join(', ')}\n`);
}

async function recoverOne(
  entry: JournalEntry,
  options: RecoverOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const connect = { ...options, connect: options.connect ?? entry.uri, readOnly: false };
  try {
    const result = await connected(connect, terminal, surroundings =>
      recoverDomain(surroundings, entry, options.finish === true ? 'finish' : 'undo'),
    );
    if (options.format === 'json') terminal.out(`${JSON.stringify(applyReport(result), null, 2)}\n`);
    else terminal.out(renderApply(result, terminal.paint));
    // To be as before is what was asked for here.
    return result.outcome === 'rolled-back' ? exitCode.ok : exitCodeOfApply(result);
  } catch (error) {
    if (!(error instanceof QuotaError)) throw error;
    return sayError(error, terminal);
  }
}

function sayError(error: QuotaError, terminal: Terminal): ExitCode {
  terminal.say(`virt-quota: ${error.message}`, { always: true });
  return exitCodeOfError(error.code);
}
