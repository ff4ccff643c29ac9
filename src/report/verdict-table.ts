import { deviceName } from '../domain/tuning.ts';
import type { Demand, KnobValues } from '../verify/expectation.ts';
import { summary } from '../verify/judge.ts';
import type { Verdict } from '../verify/verdict.ts';
import { knobText } from './quantity.ts';
import { type Column, oneLine, type Paint, renderTable } from './table.ts';

const styles = { pass: 'green', fail: 'red', inconclusive: 'yellow', 'not-applicable': 'dim' } as const;

const first: readonly Column<Verdict<Demand>>[] = [
  { head: 'VERDICT', cell: verdict => verdict.outcome, style: verdict => styles[verdict.outcome] },
];
const last: readonly Column<Verdict<Demand>>[] = [
  { head: 'LAYER', cell: verdict => verdict.expectation.layer },
  { head: 'KNOB', cell: verdict => `${verdict.expectation.subject} ${verdict.expectation.knob}` },
  { head: 'EXPECTED', cell: verdict => knobText(verdict.expectation.expected) },
  { head: 'OBSERVED', cell: verdict => observedText(verdict) },
  { head: 'EVIDENCE', cell: verdict => verdict.evidence?.source ?? '' },
];
const ofDomains: readonly Column<Verdict>[] = [
  ...first,
  { head: 'DEVICE', cell: verdict => deviceName(verdict.expectation.device) },
  { head: 'LIMIT', cell: verdict => limitText(verdict) },
  ...last,
];
const ofHost: readonly Column<Verdict<Demand>>[] = [
  ...first,
  { head: 'RULE', cell: verdict => verdict.expectation.because.join(', ') || '(not asked)' },
  ...last,
];

/**
 * One line per limit and layer, with where it was read. Knobs that nobody asked for and that are as they should be are
 * left out unless `all` is given.
 */
export function renderVerdicts(verdicts: readonly Verdict[], paint: Paint, all = false): string {
  return renderTable(telling(verdicts, all), ofDomains, paint);
}

/** The same for what is limited on the host itself, by the rule that asks for it. */
export function renderHostVerdicts(verdicts: readonly Verdict<Demand>[], paint: Paint, all = false): string {
  return renderTable(telling(verdicts, all), ofHost, paint);
}

function telling<E extends Demand>(verdicts: readonly Verdict<E>[], all: boolean): readonly Verdict<E>[] {
  return verdicts.filter(
    ({ outcome, expectation }) =>
      all || expectation.because.length > 0 || outcome === 'fail' || outcome === 'inconclusive',
  );
}

/** Every verdict that is not a pass, spelled out in a line. */
export function verdictSentence(verdict: Verdict<Demand>): string {
  const { layer, subject, knob, expected, impossible } = verdict.expectation;
  const where = `${layer}: ${subject} ${knob}`;
  switch (verdict.reason) {
    case 'missing':
      return `${where} is not there; expected ${knobText(expected)}${insteadText(verdict)}`;
    case 'idle':
      return `${where} is out of force: ${verdict.detail ?? 'by what is read there'}; expected ${knobText(expected)}`;
    case 'stricter':
      return `${where} is as expected, and something lets less through: ${verdict.detail ?? ''}`;
    case 'unproved':
      return `${where} is as expected, and not proved: ${verdict.detail ?? ''}`;
    case 'unexpected':
      return `${where} must not be there, but holds ${knobText(verdict.observed)}`;
    case 'no-enforcement-point':
      return `${where}: nothing can enforce it here${impossible === undefined ? '' : ` (${impossible})`}`;
    case 'unreadable':
      return `${where} could not be read: ${verdict.detail ?? 'no reason given'}`;
    default:
      return `${where} is ${knobText(compared(verdict))}, expected ${knobText(expected)}`;
  }
}

/** What an enforcer has instead; of a definition there is nothing more to say. */
function insteadText({ expectation: { layer }, evidence }: Verdict<Demand>): string {
  const isDefinition = layer === 'config' || layer === 'live';
  if (isDefinition || evidence === undefined || evidence.text === '') return '';
  return `; there is: ${oneLine(evidence.text.replaceAll('\n', ' | '))}`;
}

function limitText({ expectation }: Verdict): string {
  const asked = expectation.because.length > 0 ? '' : ' (not asked)';
  return `${expectation.parameters.join(', ')}${asked}`;
}

function observedText(verdict: Verdict<Demand>): string {
  if (verdict.outcome === 'inconclusive' || verdict.outcome === 'not-applicable') {
    return verdict.detail ?? verdict.reason ?? '';
  }
  if (verdict.reason === 'stricter') return `${knobText(compared(verdict))}; ${verdict.detail ?? ''}`;
  return verdict.reason === 'idle' ? knobText(verdict.observed) : knobText(compared(verdict));
}

/** The last lines: every verdict that is not a pass in words, then the count. */
export function renderVerdictSummary(verdicts: readonly Verdict<Demand>[]): string {
  const { counts } = summary(verdicts);
  const told = verdicts.filter(one => one.outcome === 'fail' || one.outcome === 'inconclusive');
  const sentences = told.map(one => `${oneLine(`${one.outcome}: ${verdictSentence(one)}`)}\n`);
  const parts = (['fail', 'inconclusive', 'not-applicable'] as const).filter(outcome => counts[outcome] > 0);
  const others = parts.map(outcome => `, ${counts[outcome]} ${outcome}`).join('');
  return `${sentences.join('')}${counts.pass} of ${verdicts.length} links hold${others}\n`;
}

/** Of what was observed, the values that something was expected of. */
function compared({ expectation, observed }: Verdict<Demand>): KnobValues | undefined {
  const { expected } = expectation;
  if (observed === undefined || expected === undefined) return observed;
  return Object.fromEntries(Object.entries(observed).filter(([name]) => expected[name] !== undefined));
}
