import { type Diagnostic, errorAt } from '../diagnostics.ts';
import { dscpName } from './dscp.ts';
import type { HostProfile } from './host-profile.ts';
import type { PortRange } from './port-range.ts';
import type { ProfileClass } from './profile-class.ts';

/** Most that the priority class may be guaranteed: above, it starves the others instead of going first. */
export const maxPriorityShare = 0.3;

/** Least guarantee: 1 kB/s, at which one full packet takes more than a second. */
const minGuaranteeBits = 8000;

/**
 * What must hold between classes: guarantees fit the link and their ceilings, the priority class stays small, every class
 * can be reached, and one takes what is left.
 */
export function checkProfile(profile: HostProfile): readonly Diagnostic[] {
  return [
    ...guarantees(profile),
    ...profile.classes.flatMap((one, index) => ownLimits(one, index, profile)),
    ...priorityShare(profile),
    ...defaults(profile),
    ...profile.classes.flatMap((one, index) => reachable(one, index, profile)),
    ...profile.classes.flatMap((one, index) => twice(one, index, profile)),
  ];
}

function guarantees({ classes, rateBits }: HostProfile): readonly Diagnostic[] {
  const sum = total(classes.map(one => one.guaranteeBits));
  if (sum <= rateBits) return [];
  const args = { max: rateBits, other: 'the link', unit: 'bit/s' };
  return [
    { code: 'min-above-max', severity: 'error', path: 'guarantees together', value: String(sum), args },
  ];
}

function ownLimits(one: ProfileClass, index: number, { rateBits }: HostProfile): readonly Diagnostic[] {
  const { guaranteeBits, ceilingBits, name } = one;
  const path = `classes[${index}]`;
  const above = (key: string, value: number, max: number, other: string): Diagnostic => ({
    code: 'min-above-max',
    severity: 'error',
    path: `${path}.${key}`,
    value: String(value),
    args: { max, other, unit: 'bit/s' },
  });
  const slow = guaranteeBits < minGuaranteeBits;
  const range = { min: minGuaranteeBits, max: rateBits, unit: 'bit/s' };
  return [
    ...(slow ? [errorAt('out-of-range', `${path}.guarantee`, String(guaranteeBits), range)] : []),
    ...(guaranteeBits > ceilingBits
      ? [above('guarantee', guaranteeBits, ceilingBits, `${name}'s ceiling`)]
      : []),
    ...(ceilingBits > rateBits ? [above('ceiling', ceilingBits, rateBits, 'the link')] : []),
  ];
}

/** What goes first may take up to its ceiling: the guarantee is a promise, the ceiling a risk. */
function priorityShare({ classes, rateBits }: HostProfile): readonly Diagnostic[] {
  const first = classes.filter(one => one.priority === 0);
  if (first.length === classes.length) return [];
  const about = (severity: Diagnostic['severity'], path: string, bits: number): readonly Diagnostic[] => {
    if (bits <= rateBits * maxPriorityShare) return [];
    const args = { share: Math.ceil((bits / rateBits) * 100_000) / 1000, max: maxPriorityShare * 100 };
    return [{ code: 'priority-share', severity, path, value: String(bits), args }];
  };
  const guaranteed = about('error', 'guarantees of priority 0', total(first.map(one => one.guaranteeBits)));
  if (guaranteed.length > 0) return guaranteed;
  const ceilings = Math.min(rateBits, total(first.map(one => one.ceilingBits)));
  return about('warning', 'ceilings of priority 0', ceilings);
}

function defaults({ classes }: HostProfile): readonly Diagnostic[] {
  const [first, second] = classes.map((one, index) => ({ one, index })).filter(({ one }) => one.isDefault);
  if (first === undefined) return [{ code: 'no-default-class', severity: 'error', path: 'classes' }];
  if (second === undefined) return [];
  const args = { other: `classes[${first.index}].default` };
  return [{ code: 'duplicate-rule', severity: 'error', path: `classes[${second.index}].default`, args }];
}

function reachable(one: ProfileClass, index: number, { classes }: HostProfile): readonly Diagnostic[] {
  const path = `classes[${index}]`;
  if (!one.isDefault && one.dscp.length === 0 && one.ports.length === 0)
    return [{ code: 'unreachable-class', severity: 'error', path, value: one.name }];
  return classes.slice(0, index).flatMap((before, earlier) => {
    const other = `classes[${earlier}] ${before.name}`;
    const both = (what: string): Diagnostic => ({
      code: 'duplicate-rule',
      severity: 'error',
      path: `${path} ${what}`,
      args: { other },
    });
    const same = one.dscp.filter(dscp => before.dscp.includes(dscp)).map(dscp => both(dscpName(dscp)));
    return [...same, ...(sharesPorts(one, before) ? [both('ports')] : [])];
  });
}

/** What a class says twice: tc takes no filter a second time, and verdicts name classes. */
function twice(one: ProfileClass, index: number, { classes }: HostProfile): readonly Diagnostic[] {
  const { name, dscp, ports, protocols } = one;
  const path = `classes[${index}]`;
  const again = (key: string, other: string): Diagnostic => ({
    ...{ code: 'duplicate-rule', severity: 'error', path: `${path} ${key}`, args: { other } },
  });
  const named = classes.slice(0, index).findIndex(before => before.name === name);
  const overlap = ports.filter((range, at) => ports.slice(0, at).some(before => overlaps(range, before)));
  return [
    ...(named < 0 ? [] : [again('name', `classes[${named}] ${name}`)]),
    ...repeated(dscp).map(code => again(dscpName(code), `${path} ${dscpName(code)}`)),
    ...repeated(protocols).map(protocol => again(protocol, `${path} ${protocol}`)),
    ...overlap.map(({ from, to }) => again(`ports ${from}-${to}`, `${path} ports`)),
  ];
}

function repeated<T>(values: readonly T[]): readonly T[] {
  return values.filter((value, index) => values.indexOf(value) < index);
}

function overlaps(one: PortRange, other: PortRange): boolean {
  return one.from <= other.to && other.from <= one.to;
}

function sharesPorts(one: ProfileClass, other: ProfileClass): boolean {
  if (!one.protocols.some(protocol => other.protocols.includes(protocol))) return false;
  return one.ports.some(range => other.ports.some(before => overlaps(range, before)));
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
