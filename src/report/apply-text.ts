import { deviceName } from '../domain/tuning.ts';
import type { ApplyResult, DomainOutcome, StepResult } from '../plan/apply-result.ts';
import { renderPlan } from './plan-text.ts';
import { oneLine, type Paint } from './table.ts';

/** What an apply came to, for people. The verdicts are printed apart. */
export function renderApply(result: ApplyResult, paint: Paint): string {
  const name = oneLine(result.plan.domain.name);
  const failure = oneLine(result.failure ?? '');
  switch (result.outcome) {
    case 'refused':
      return `${name}: ${paint('red', 'refused')}, nothing was touched\n`;
    case 'planned':
      return renderPlan(result.plan, paint);
    case 'unchanged':
      return `${name}: ${paint('green', 'unchanged')}\n`;
    case 'applied':
      return `${renderPlan(result.plan, paint)}${name}: ${paint('green', 'applied')}\n`;
    case 'rolled-back':
      return `${stepLines(result)}${name}: ${paint('red', 'rolled back')}: ${failure}; it is as before\n`;
    case 'rollback-failed':
      return `${stepLines(result)}${name}: ${paint('red', 'roll-back failed')}: ${failure}\n${left(result)}`;
  }
}

function stepLines(result: ApplyResult): string {
  return result.steps.map(stepLine).join('');
}

function stepLine({ step, status, error }: StepResult): string {
  const why = error === undefined ? '' : `: ${error}`;
  return `${oneLine(`  ${step.scope} ${deviceName(step.device)}: ${status.replaceAll('-', ' ')}${why}`)}\n`;
}

function left(result: ApplyResult): string {
  return (result.left ?? []).map(knob => `  not as before: ${oneLine(knob)}\n`).join('');
}

/** How many domains came to what, by the word for it. */
export type Tally = Partial<Record<ApplyResult['outcome'] | 'error', number>>;

/** One of many domains in one line; all of its steps when they were taken back or only planned. */
export function renderOutcome(outcome: DomainOutcome, paint: Paint): string {
  if ('error' in outcome)
    return `${oneLine(outcome.domain)}: ${paint('red', 'error')}: ${oneLine(outcome.error.message)}\n`;
  const { result } = outcome;
  if (result.outcome !== 'applied') return renderApply(result, paint);
  const changes = result.plan.steps.reduce((sum, step) => sum + step.changes.length, 0);
  return `${oneLine(result.plan.domain.name)}: ${paint('green', 'applied')}, ${changes} changed\n`;
}

/** `12 domains: 10 applied, 2 unchanged` */
export function renderTally(tally: Tally): string {
  const entries = Object.entries(tally);
  const count = entries.reduce((sum, [, one]) => sum + one, 0);
  const parts = entries.map(([word, one]) => `${one} ${word.replaceAll('-', ' ')}`);
  return `${count} ${count === 1 ? 'domain' : 'domains'}: ${parts.join(', ') || 'nothing to do'}\n`;
}
