import type { Stage, Step } from '../explain/explanation.ts';

/** What the knobs hold and how that comes about; values of one knob with the same arithmetic are on one line. */
export function stepLines(steps: readonly Step[]): readonly string[] {
  return alike(steps).flatMap(group => [headOf(group), ...workingLines(group)]);
}

/** `262.144 Mbit/s`: a number with six digits at most where it is not whole. */
export function amountText(value: string | number, unit: string | undefined): string {
  const exact = typeof value === 'string' || Number.isInteger(value);
  return `${exact ? value : Number(value.toPrecision(6))} ${unit ?? ''}`.trimEnd();
}

function alike(steps: readonly Step[]): readonly (readonly Step[])[] {
  const found: Step[][] = [];
  for (const step of steps) {
    const first = found.at(-1)?.[0];
    const same = first !== undefined && step.arithmetic.length > 0 && sameWorking(first, step);
    if (same) found.at(-1)?.push(step);
    else found.push([step]);
  }
  return found;
}

function sameWorking(one: Step, other: Step): boolean {
  const of = ({ knob, iproute2, arithmetic }: Step) => JSON.stringify([knob, iproute2, arithmetic]);
  return of(one) === of(other);
}

function headOf(group: readonly Step[]): string {
  const [step] = group;
  if (step === undefined) return '';
  const { knob, value, impossible, iproute2, layer } = step;
  if (impossible !== undefined) return `not enforced: ${impossible}`;
  if (layer === 'nova') return value === undefined ? `${knob} without it: left out` : knob;
  if (value === undefined) return `${knob} must not be there`;
  const only = iproute2 === undefined ? '' : `  (iproute2 ${iproute2})`;
  const type = step.type === undefined ? '' : `  (${types[step.type]})`;
  return `${knob} ${group.map(valueText).join(' ')}${type}${only}`;
}

const types = { uint: 'unsigned 32 bit', ullong: 'unsigned 64 bit', llong: 'signed 64 bit' } as const;

function valueText({ name, value = '', unit, printed, equals }: Step): string {
  const called = valueNames[name ?? ''];
  const text =
    called === undefined ? `= ${printed ?? amountText(value, unit)}` : `${called} ${printed ?? value}`;
  return text + equals.map(one => `, ${amountText(one.value, one.unit)}`).join('');
}

/** How tc calls the values that a verdict names. */
const valueNames: Readonly<Partial<Record<string, string>>> = {
  rateBps: 'rate',
  ceilBps: 'ceil',
  burstBytes: 'burst',
};

/** The way from unit to unit on one line, through tc's clock on the next. */
function workingLines([step]: readonly Step[]): readonly string[] {
  const [first, ...rest] = step?.arithmetic ?? [];
  if (first === undefined || (rest.length === 0 && first.operation === 'start')) return [];
  const inClock = (stage: Stage) => stage.operation === 'ticks' || stage.operation === 'bytes';
  const begin = `${first.operation === 'default' ? 'by default ' : ''}${amountText(first.value, first.unit)}`;
  const units = rest.filter(stage => !inClock(stage)).map(stageText);
  const ticks = rest.filter(inClock).map(stageText);
  const printed = step?.printed === undefined ? '' : `, printed ${step.printed}`;
  return ticks.length === 0
    ? [`  ${begin}${units.join('')}${printed}`]
    : [`  ${begin}${units.join('')}`, `  ${ticks.join('')}${printed}`];
}

function stageText({ operation, by, value, unit }: Stage): string {
  const result = amountText(value, unit);
  switch (operation) {
    case 'times':
      return ` × ${by} = ${result}`;
    case 'over':
      return ` ÷ ${by} = ${result}`;
    case 'ticks':
      return `÷ ${by} B/s = ${result}`;
    case 'bytes':
      return `, read back as ${result}`;
    case 'bounded':
      return `, made ${result}: the nearest that is allowed`;
    default:
      return '';
  }
}
