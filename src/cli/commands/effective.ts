import { effectiveReport } from '../../report/effective-report.ts';
import { contestText, renderEffective } from '../../report/effective-text.ts';
import { effectiveLimits } from '../../workflow/effective.ts';
import { type DesiredOptions, desiredFrom } from '../desired.ts';
import { exitCodeOfEffective } from '../exit-codes.ts';
import { type LookOptions, looking } from '../looking.ts';
import { sayDiagnostics } from '../quota-input.ts';
import { type Loudness, processTerminal } from '../terminal.ts';

/** Options of `effective`. */
export interface EffectiveOptions extends LookOptions, DesiredOptions, Loudness {
  readonly format: 'text' | 'json';
}

/** `virt-quota effective`: what limits a running domain's devices, whoever put it there. */
export async function effective(domain: string, options: EffectiveOptions): Promise<void> {
  const terminal = processTerminal(options);
  const desiredOf = await desiredFrom(options, terminal);
  const found = await looking(options, terminal, surroundings =>
    effectiveLimits(surroundings, domain, view => desiredOf(view).asked),
  );
  const report = effectiveReport(found.domain, found.effective, found.contests);
  process.exitCode = exitCodeOfEffective(found.effective);
  sayDiagnostics(found.warnings, terminal);
  if (options.format === 'json') return terminal.out(`${JSON.stringify(report, null, 2)}\n`);
  terminal.out(renderEffective(found.effective, terminal.paint));
  for (const contest of found.contests) terminal.say(`warning: ${contestText(contest)}`, { always: true });
}
