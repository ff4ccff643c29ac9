import { deviceName } from '../domain/tuning.ts';
import type { Change } from '../plan/change.ts';
import { policerCalls, removalLines } from '../plan/libvirt-policer.ts';
import { changesAnything, type Step, type TuningPlan } from '../plan/plan.ts';
import { quantity } from './quantity.ts';
import { oneLine, type Paint } from './table.ts';

/** A plan for people: `+` set, `~` changed, `-` taken away, `!` written again because an enforcer lost it. */
export function renderPlan(plan: TuningPlan, paint: Paint): string {
  if (!changesAnything(plan)) return `${oneLine(plan.domain.name)}: nothing to change\n`;
  const lines = plan.steps.flatMap(step => stepLines(step, paint));
  const records = plan.records.map(record => `  ${record.scope} record of what was asked, in the metadata`);
  const head = paint('bold', oneLine(`${plan.domain.name} (${plan.domain.uuid})`));
  return [head, ...lines, ...records, summary(plan), ''].join('\n');
}

function stepLines(step: Step, paint: Paint): readonly string[] {
  const width = Math.max(...step.changes.map(change => change.parameter.length));
  const changes = step.changes.map(change => {
    const { sign, style } = signOf(change);
    const name = change.parameter.padEnd(width);
    const because = change.because === undefined ? '' : `   # ${change.because}`;
    return `    ${paint(style, sign)} ${oneLine(`${name}  ${arrow(change)}${because}`)}`;
  });
  return [oneLine(`  ${step.scope} ${deviceName(step.device)}`), ...changes, ...policerLine(step)];
}

/** What libvirt may leave is known only when it has been called. */
function policerLine(step: Step): readonly string[] {
  const [call] = policerCalls(step, step.before, step.after);
  if (call === undefined) return [];
  const [line] = removalLines(call.dev);
  return [oneLine(`    where libvirt leaves its policer, as 12 does: tc ${line?.join(' ')}`)];
}

function arrow(change: Change): string {
  const after = quantity(change.parameter, change.after);
  if (change.reason === 'enforcer') return `${after}, not held by ${change.knob ?? 'its enforcer'}`;
  return `${quantity(change.parameter, change.before)} -> ${after}`;
}

function signOf(change: Change) {
  if (change.reason === 'enforcer') return { sign: '!', style: 'yellow' } as const;
  if (change.after === undefined || change.after === 0) return { sign: '-', style: 'red' } as const;
  if (change.before === undefined || change.before === 0) return { sign: '+', style: 'green' } as const;
  return { sign: '~', style: 'yellow' } as const;
}

function summary(plan: TuningPlan): string {
  const signs = plan.steps.flatMap(step => step.changes.map(change => signOf(change).sign));
  const count = (sign: string) => signs.filter(one => one === sign).length;
  const repaired = count('!') === 0 ? '' : `, ${count('!')} to set again`;
  return `Plan: ${count('+')} to add, ${count('~')} to change, ${count('-')} to remove${repaired}.`;
}
