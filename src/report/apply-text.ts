import { deviceName } from '../domain/tuning.ts';
import type { ApplyResult, StepResult } from '../plan/apply-result.ts';
import { renderPlan } from './plan-text.ts';
import type { Paint } from './table.ts';

/** What an apply came to, for people. The verdicts are printed apart. */
export function renderApply(result: ApplyResult, paint: Paint): string {
  const name = result.plan.domain.name;
  switch (result.outcome) {
    case 'refused':
      return `${name}: ${paint('red', 'refused')}, nothing was touched\n`;
    case 'unchanged':
      return `${name}: ${paint('green', 'unchanged')}\n`;
    case 'applied':
      return `${renderPlan(result.plan, paint)}${name}: ${paint('green', 'applied')}\n`;
    case 'rolled-back':
      return `${stepLines(result)}${name}: ${paint('red', 'rolled back')}: ${result.failure ?? ''}; it is as before\n`;
    case 'rollback-failed':
      return `${stepLines(result)}${name}: ${paint('red', 'roll-back failed')}: ${result.failure ?? ''}\n${left(result)}`;
  }
}

function stepLines(result: ApplyResult): string {
  return result.steps.map(stepLine).join('');
}

function stepLine({ step, status, error }: StepResult): string {
  const why = error === undefined ? '' : `: ${error}`;
  return `  ${step.scope} ${deviceName(step.device)}: ${status.replaceAll('-', ' ')}${why}\n`;
}

function left(result: ApplyResult): string {
  return (result.left ?? []).map(knob => `  not as before: ${knob}\n`).join('');
}
