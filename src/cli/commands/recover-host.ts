import { QuotaError } from '../../errors.ts';
import { hostReport } from '../../report/host-report.ts';
import { renderHostResult } from '../../report/host-text.ts';
import type { HostJournalEntry } from '../../workflow/host-journal.ts';
import { recoverHost } from '../../workflow/host-recover.ts';
import { hostWorks } from '../../workflow/host-works.ts';
import { type ExitCode, exitCode, exitCodeOfApply } from '../exit-codes.ts';
import type { Terminal } from '../terminal.ts';
import { onThisHost } from '../this-host.ts';
import type { RecoverOptions } from './recover.ts';

/** Tells of a change of the host that ended in the middle. */
export function listOnHost(
  { plan, startedAt }: HostJournalEntry,
  options: RecoverOptions,
  terminal: Terminal,
): void {
  const { kind, subject } = plan;
  const steps = plan.steps.map(step => step.name);
  if (options.format === 'json') {
    terminal.out(`${JSON.stringify({ schemaVersion: 1, kind, subject, startedAt, steps })}\n`);
  } else terminal.out(`${subject} (${kind}): begun ${startedAt}, ${steps.join(', ')}\n`);
}

/** Ends it. @throws QuotaError `locked`, `refused` */
export async function recoverOnHost(
  entry: HostJournalEntry,
  options: RecoverOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { kind, subject } = entry.plan;
  const workOf = Object.hasOwn(hostWorks, kind) ? hostWorks[kind] : undefined;
  if (workOf === undefined)
    throw new QuotaError('refused', subject, `nothing here knows a '${kind}' to recover`);
  const result = await onThisHost(terminal, surroundings =>
    recoverHost(
      surroundings,
      workOf(surroundings, subject),
      entry,
      options.finish === true ? 'finish' : 'undo',
    ),
  );
  if (options.format === 'json') terminal.out(`${JSON.stringify(hostReport(result))}\n`);
  else terminal.out(renderHostResult(result, terminal.paint));
  // To be as before is what was asked for here.
  return result.outcome === 'rolled-back' ? exitCode.ok : exitCodeOfApply(result);
}
