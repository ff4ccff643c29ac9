import type { Kind } from '../kinds.ts';
import type { Bench } from './bench.ts';
import { judgementOf, matrixOf, reasonsLeftOpen } from './matrix.ts';
import { areas, type Judged } from './state.ts';

/** One thing that was said and is not so, with all that makes it again. */
export function wordsOf(judged: Judged, seed: number, kind: Kind, bench: Bench): string {
  const { state, limit, said, reasons, reality, measured, effective } = judged;
  const judgement = judgementOf(judged);
  const wrong = judgement === 'lie' || judgement === 'false alarm';
  return [
    `${wrong ? judgement.toUpperCase() : 'WRONG NUMBER'} ${limit}: truth ${kind} --seed ${seed} --only ${state.number}`,
    ...state.what.map(text => `  ${text}`),
    `  said: ${said}${reasons.map(reason => `; ${reason}`).join('')}`,
    `  is: ${reality}; ${measured}`,
    ...(effective ? [`  effective: ${effective.told}${effective.isRight ? '' : ' (wrong)'}`] : []),
    ...[...bench.reset(state), ...state.script].map(line => `    ${line}`),
  ].join('\n');
}

/** All of it in figures. */
export function summaryOf(all: readonly Judged[]): string {
  const parts = areas.flatMap(area => {
    const these = all.filter(one => one.state.area === area);
    if (these.length === 0) return [];
    const count = (judgement: string) => these.filter(one => judgementOf(one) === judgement).length;
    const wrongNumbers = these.filter(one => one.effective?.isRight === false).length;
    const left = reasonsLeftOpen(these);
    return [
      `${area}: ${new Set(these.map(one => one.state.number)).size} states, ${these.length} limits: ${count('lie')} lies, ${count('false alarm')} false alarms, ${wrongNumbers} wrong numbers of effective`,
      matrixOf(these),
      ...(left.length > 0 ? ['inconclusive, and held:', ...left.map(text => `  ${text}`)] : []),
    ];
  });
  return parts.join('\n');
}
