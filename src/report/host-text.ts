import type { HostChange, HostPlan } from '../plan/host-plan.ts';
import type { HostResult } from '../plan/host-result.ts';
import { knobText } from './quantity.ts';
import { oneLine, type Paint } from './table.ts';

/** A plan for the host, for people: `+` set, `~` changed, `-` taken away. */
export function renderHostPlan(plan: HostPlan<unknown>, paint: Paint): string {
  const { changes } = plan;
  const subject = oneLine(plan.subject);
  if (changes.length === 0) return `${subject}: nothing to change\n`;
  const signs = changes.map(change => signOf(change).sign);
  const count = (sign: string) => signs.filter(one => one === sign).length;
  const summary = `Plan: ${count('+')} to add, ${count('~')} to change, ${count('-')} to remove.`;
  return [paint('bold', subject), ...changes.map(change => changeLine(change, paint)), summary, ''].join(
    '\n',
  );
}

/** What a change of the host came to, for people. The verdicts are printed apart. */
export function renderHostResult(result: HostResult<unknown>, paint: Paint): string {
  const { plan } = result;
  const name = oneLine(plan.subject);
  const failure = oneLine(result.failure ?? '');
  switch (result.outcome) {
    case 'refused':
      return `${name}: ${paint('red', 'refused')}, nothing was touched\n`;
    case 'planned':
      return renderHostPlan(plan, paint);
    case 'unchanged':
      return `${name}: ${paint('green', 'unchanged')}\n`;
    case 'applied':
      return `${renderHostPlan(plan, paint)}${name}: ${paint('green', 'applied')}\n`;
    case 'rolled-back':
      return `${stepLines(result)}${name}: ${paint('red', 'rolled back')}: ${failure}; it is as before\n`;
    case 'rollback-failed':
      return `${stepLines(result)}${name}: ${paint('red', 'roll-back failed')}: ${failure}\n${left(result)}`;
  }
}

function changeLine(change: HostChange, paint: Paint): string {
  const { sign, style } = signOf(change);
  const because = change.because.length === 0 ? '' : `   # ${change.because.join(', ')}`;
  const values = `${knobText(told(change))} -> ${knobText(change.after)}`;
  return `  ${paint(style, sign)} ${oneLine(`${change.knob}  ${values}${because}`)}`;
}

/** Of what was there, the values that are asked for; all where it goes. */
function told({ before, after }: HostChange): HostChange['before'] {
  if (before === undefined || after === undefined) return before;
  return Object.fromEntries(Object.entries(before).filter(([name]) => after[name] !== undefined));
}

function signOf({ before, after }: HostChange) {
  if (after === undefined) return { sign: '-', style: 'red' } as const;
  return before === undefined
    ? ({ sign: '+', style: 'green' } as const)
    : ({ sign: '~', style: 'yellow' } as const);
}

function stepLines({ steps }: HostResult<unknown>): string {
  return steps
    .map(({ name, status, error }) => {
      const why = error === undefined ? '' : `: ${error}`;
      return `  ${oneLine(`${name}: ${status.replaceAll('-', ' ')}${why}`)}\n`;
    })
    .join('');
}

function left(result: HostResult<unknown>): string {
  return (result.left ?? []).map(knob => `  not as before: ${oneLine(knob)}\n`).join('');
}
