import { type Diagnostic, errorAt } from '../diagnostics.ts';
import { parsePythonInt } from '../integers.ts';
import { type Json, jsonType, scalarText } from './json-text.ts';
import type { WrittenRule } from './port-qos-forms.ts';

/** The types of rules, as Neutron names them. */
export type PortQosRuleType = keyof typeof portQosRules;

/** One rule with its numbers read. */
export interface PortQosRule {
  readonly type: PortQosRuleType;
  /** Absent for a DSCP mark, which counts for what the machine sends. */
  readonly direction?: 'egress' | 'ingress' | 'any';
  /** The rate, guarantee or code point, in the unit of its key. */
  readonly value: number;
  /** 0: none given. */
  readonly burst: number;
  /** Where it was written. */
  readonly path: string;
}

/** Code points that Neutron's API takes. @see neutron-lib neutron_lib/services/qos/constants.py:VALID_DSCP_MARKS */
export const neutronDscpMarks: readonly number[] = [
  0, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 44, 46, 48, 56,
];

/** Largest number of a rule. @see neutron-lib neutron_lib/db/constants.py:DB_INTEGER_MAX_VALUE */
export const largestPortQosNumber = 2 ** 31 - 1;

/** Most thousands that a meter takes: OpenFlow gives rate and burst 32 bits each. @see openvswitch include/openflow/openflow-1.3.h:ofp13_meter_band_drop */
const largestKpps = Math.floor((2 ** 32 - 1) / 1000);

const oneWay = ['egress', 'ingress'] as const;
const inKbps = { directions: oneWay, unit: 'kbit/s', max: largestPortQosNumber } as const;
/** The keys of each type of rule, which way it may count, its unit, and the largest number that can be enforced. */
export const portQosRules = {
  bandwidth_limit: { value: 'max_kbps', burst: 'max_burst_kbps', ...inKbps },
  minimum_bandwidth: { value: 'min_kbps', burst: undefined, ...inKbps },
  packet_rate_limit: {
    value: 'max_kpps',
    burst: 'max_burst_kpps',
    directions: oneWay,
    unit: 'kpps',
    max: largestKpps,
  },
  minimum_packet_rate: {
    value: 'min_kpps',
    burst: undefined,
    directions: [...oneWay, 'any'],
    unit: 'kpps',
    max: largestPortQosNumber,
  },
  dscp_marking: { value: 'dscp_mark', burst: undefined, directions: [], unit: '', max: largestPortQosNumber },
} as const;

/** What a rule of any type may carry beside its numbers. */
const accompanying = new Set(['type', 'id', 'qos_policy_id', 'direction', 'location', 'name', 'tags']);

/** Reads one rule. Without a rule in the result, the findings say what is wrong with it. */
export function readRule(written: WrittenRule): {
  readonly rule?: PortQosRule;
  readonly diagnostics: readonly Diagnostic[];
} {
  const { path, content } = written;
  if (!(content instanceof Map)) {
    return {
      diagnostics: [errorAt('wrong-type', path, undefined, { type: jsonType(content), must: 'object' })],
    };
  }
  const type = typeOf(written, content);
  if (!isRuleType(type)) {
    const args = { allowed: Object.keys(portQosRules).join(', ') };
    return { diagnostics: [errorAt('unknown-choice', `${path}.type`, type, args)] };
  }
  const keys = portQosRules[type];
  const value = readNumber(content, keys.value, path, type);
  const burst = keys.burst === undefined ? {} : readNumber(content, keys.burst, path, type);
  const direction = readDirection(content, type, path);
  const needed = content.has(keys.value)
    ? []
    : [errorAt('missing-key', path, undefined, { needs: keys.value })];
  const found = [...needed, ...[value, burst, direction].flatMap(one => one.diagnostics ?? [])];
  const diagnostics = [
    ...found,
    ...checkValue(type, value.number, path),
    ...unknownKeys(content, type, path),
  ];
  if (found.length > 0 || value.number === undefined) return { diagnostics };
  const rule = {
    type,
    ...(direction.value !== undefined && { direction: direction.value }),
    value: value.number,
    burst: burst.number ?? 0,
    path,
  };
  return { rule, diagnostics };
}

function isRuleType(type: string): type is PortQosRuleType {
  return Object.hasOwn(portQosRules, type);
}

/** What its place or its `type` says; a single rule has neither, but only one type has its key. */
function typeOf({ type }: WrittenRule, content: ReadonlyMap<string, Json>): string {
  const said = type ?? scalarText(content.get('type'));
  if (said !== undefined) return said;
  return Object.entries(portQosRules).find(([, keys]) => content.has(keys.value))?.[0] ?? '';
}

interface NumberRead {
  readonly number?: number;
  readonly diagnostics?: readonly Diagnostic[];
}

function readNumber(
  content: ReadonlyMap<string, Json>,
  key: string,
  path: string,
  type: PortQosRuleType,
): NumberRead {
  const json = content.get(key);
  if (json === undefined) return {};
  const at = `${path}.${key}`;
  const text = scalarText(json);
  if (text === undefined)
    return { diagnostics: [errorAt('not-a-scalar', at, undefined, { type: jsonType(json) })] };
  const number = parsePythonInt(text);
  if (number === undefined) return { diagnostics: [errorAt('not-a-number', at, text)] };
  const { max, unit } = portQosRules[type];
  if (number >= 0n && number <= BigInt(max)) return { number: Number(number) };
  if (type === 'dscp_marking') return { diagnostics: [unknownMark(at, text)] };
  // A limit of 0 is no number out of range: what becomes of it is worth a finding of its own.
  const min = key.startsWith('max_') && !key.startsWith('max_burst') ? 1 : 0;
  return { diagnostics: [errorAt('out-of-range', at, text, { min, max, unit })] };
}

function unknownMark(at: string, text: string): Diagnostic {
  return errorAt('unknown-choice', at, text, { allowed: neutronDscpMarks.join(', ') });
}

function readDirection(
  content: ReadonlyMap<string, Json>,
  type: PortQosRuleType,
  path: string,
): { readonly value?: NonNullable<PortQosRule['direction']>; readonly diagnostics?: readonly Diagnostic[] } {
  const directions: readonly NonNullable<PortQosRule['direction']>[] = portQosRules[type].directions;
  if (directions.length === 0) return {};
  const text = scalarText(content.get('direction')) ?? (content.has('direction') ? '' : 'egress');
  const value = directions.find(direction => direction === text);
  if (value !== undefined) return { value };
  return {
    diagnostics: [errorAt('unknown-choice', `${path}.direction`, text, { allowed: directions.join(', ') })],
  };
}

function checkValue(type: PortQosRuleType, value: number | undefined, path: string): readonly Diagnostic[] {
  if (value === undefined) return [];
  const at = `${path}.${portQosRules[type].value}`;
  if (type === 'dscp_marking') {
    return neutronDscpMarks.includes(value) ? [] : [unknownMark(at, String(value))];
  }
  if (value > 0) return [];
  const severity = type.startsWith('minimum') ? 'warning' : 'error';
  return [{ code: 'zero-rate', severity, path: at, value: '0', args: { type } }];
}

function unknownKeys(
  content: ReadonlyMap<string, Json>,
  type: PortQosRuleType,
  path: string,
): readonly Diagnostic[] {
  const { value, burst } = portQosRules[type];
  const unknown = [...content.keys()].filter(key => key !== value && key !== burst && !accompanying.has(key));
  return unknown.map(key => ({ code: 'unknown-field', severity: 'warning', path: `${path}.${key}` }));
}
