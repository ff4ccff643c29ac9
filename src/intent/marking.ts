import type { Diagnostic } from '../diagnostics.ts';
import { QuotaError } from '../errors.ts';
import { maxDscp, parseDscp } from './dscp.ts';
import { type Json, jsonType, scalarText } from './json-text.ts';
import { type PortRange, parsePortRange } from './port-range.ts';
import { type IpFamily, type Prefix, parsePrefix } from './prefix.ts';
import { parseStructured } from './structured-text.ts';

/** A protocol with ports. */
export type MarkedProtocol = 'tcp' | 'udp' | 'sctp';

/** Which packets get which code point. */
export interface Marking {
  /** For names of tables and objects: lower case letters, digits and `-`, at most 40. */
  readonly name: string;
  /** 0–63. */
  readonly dscp: number;
  /** `egress`: on the way to the destinations; `ingress`: coming from them, so that they are sources. */
  readonly direction: 'egress' | 'ingress';
  readonly families: readonly IpFamily[];
  /** Empty: any address. */
  readonly destinations: readonly Prefix[];
  /** Empty: any protocol. */
  readonly protocols: readonly MarkedProtocol[];
  /** Ports at the destinations; empty: any. */
  readonly ports: readonly PortRange[];
  /** Labels of the pods whose packets are meant, in Kubernetes. Empty: all of the namespace. */
  readonly podLabels: Readonly<Record<string, string>>;
  readonly namespace: string;
}

/** A policy and what is to be said about it; without a policy there is an error among the findings. */
export interface MarkingResult {
  readonly marking?: Marking;
  readonly diagnostics: readonly Diagnostic[];
}

/** A JSON or YAML file that says what to mark. @throws QuotaError `invalid-input` when it is neither */
export function parseMarking(text: string, subject = 'marking'): MarkingResult {
  const json = parseStructured(text, subject);
  if (json instanceof Map) return readMarking(json);
  throw new QuotaError('invalid-input', subject, `${subject} must be an object, and is a ${jsonType(json)}`);
}

const keys = new Set([
  ...['name', 'mark', 'tos', 'direction', 'families', 'destinations', 'protocols', 'ports'],
  ...['podLabels', 'namespace'],
]);

/** Reads what to mark from an object with the keys of {@link Marking}, `mark` (name or number) or `tos` for the code point. */
export function readMarking(object: ReadonlyMap<string, Json>): MarkingResult {
  const found: Diagnostic[] = [];
  for (const key of object.keys())
    if (!keys.has(key)) found.push(about('unknown-field', key, undefined, 'error'));
  const dscp = readDscp(object, found);
  const name = word(object, 'name', found) ?? 'mark';
  const namespace = word(object, 'namespace', found) ?? 'default';
  const direction = word(object, 'direction', found) ?? 'egress';
  const destinations = readList(object, 'destinations', found, readPrefix);
  const protocols = readList(object, 'protocols', found, choice(['tcp', 'udp', 'sctp'] as const));
  const ports = readList(object, 'ports', found, readPorts);
  const named = readList(object, 'families', found, choice(['ipv4', 'ipv6'] as const));
  const families = familiesOf(named, destinations, found);
  const podLabels = readLabels(object, found);
  if (ports.length > 0 && protocols.length === 0 && !found.some(({ path }) => path.startsWith('protocols')))
    found.push(about('missing-key', 'ports', undefined, 'error', { needs: 'protocols' }));
  if (dscp === undefined || found.some(one => one.severity === 'error')) return { diagnostics: found };
  const way = direction === 'ingress' ? 'ingress' : 'egress';
  return {
    marking: { name, dscp, direction: way, families, destinations, protocols, ports, podLabels, namespace },
    diagnostics: found,
  };
}

function readDscp(object: ReadonlyMap<string, Json>, found: Diagnostic[]): number | undefined {
  const key = object.has('mark') ? 'mark' : 'tos';
  // They may differ, and even when they do not, only one was meant.
  if (key === 'mark' && object.has('tos'))
    return note(found, about('duplicate-rule', 'tos', undefined, 'error', { other: 'mark' }));
  const text = scalarText(object.get(key));
  if (text === undefined)
    return note(found, about('missing-key', 'marking', undefined, 'error', { needs: 'mark' }));
  const value = key === 'mark' ? parseDscp(text) : toNumber(text);
  const max = key === 'mark' ? maxDscp : 255;
  if (value === undefined)
    return note(found, about('unknown-choice', key, text, 'error', { allowed: forms[key] }));
  if (value > max) return note(found, about('out-of-range', key, text, 'error', { min: 0, max, unit: '' }));
  if (key === 'mark') return value;
  if (value % 4 === 0) return value / 4;
  return note(found, about('ecn-bits', key, text, 'error', { dscp: Math.floor(value / 4) }));
}

const forms = {
  mark: 'EF, AF11–AF43, CS0–CS7, LE, VA, 0–63',
  tos: '0–255, 0x00–0xff; its last two bits 0',
} as const;

function toNumber(text: string): number | undefined {
  return /^(?:\d{1,9}|0x[0-9a-f]{1,8})$/i.test(text) ? Number(text) : undefined;
}

function note(found: Diagnostic[], diagnostic: Diagnostic): undefined {
  found.push(diagnostic);
}

/** Words of the policy: what they must look like, and how that is told. */
const words = {
  name: { pattern: /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, allowed: 'a-z, 0-9 and - inside, at most 40' },
  namespace: {
    pattern: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    allowed: 'a-z, 0-9 and - inside, at most 63',
  },
  direction: { pattern: /^(egress|ingress)$/, allowed: 'egress, ingress' },
} as const;

function word(
  object: ReadonlyMap<string, Json>,
  key: keyof typeof words,
  found: Diagnostic[],
): string | undefined {
  if (!object.has(key)) return undefined;
  const { pattern, allowed } = words[key];
  const text = scalarText(object.get(key));
  if (text !== undefined && pattern.test(text)) return text;
  return note(found, about('unknown-choice', key, text, 'error', { allowed }));
}

type ReadItem<T> = (text: string, path: string) => T | Diagnostic;

/** Longest list that is read: each item is at least one rule of a firewall. */
const maxItems = 1000;

function readList<T extends object | string>(
  object: ReadonlyMap<string, Json>,
  key: string,
  found: Diagnostic[],
  read: ReadItem<T>,
): readonly T[] {
  const json = object.get(key) ?? [];
  const items: readonly Json[] = Array.isArray(json) ? json : [json];
  if (items.length > maxItems) {
    found.push(
      about('out-of-range', key, String(items.length), 'error', { min: 0, max: maxItems, unit: 'items' }),
    );
    return [];
  }
  return items.flatMap((item, index) => {
    const path = `${key}[${index}]`;
    const text = scalarText(item);
    const value =
      text === undefined
        ? about('not-a-scalar', path, undefined, 'error', { type: jsonType(item) })
        : read(text, path);
    if (typeof value !== 'object' || !('severity' in value)) return [value as T];
    found.push(value);
    return [];
  });
}

function choice<T extends string>(allowed: readonly T[]): ReadItem<T> {
  return (text, path) =>
    allowed.find(one => one === text) ??
    about('unknown-choice', path, text, 'error', { allowed: allowed.join(', ') });
}

const readPrefix: ReadItem<Prefix> = (text, path) => {
  const prefix = parsePrefix(text);
  return typeof prefix === 'string'
    ? about('not-an-address', path, text, 'error', { reason: prefix })
    : prefix;
};

const readPorts: ReadItem<PortRange> = (text, path) =>
  parsePortRange(text) ?? about('out-of-range', path, text, 'error', { min: 1, max: 65535, unit: '' });

/** Those of the destinations, where there are any. */
function familiesOf(
  named: readonly IpFamily[],
  destinations: readonly Prefix[],
  found: Diagnostic[],
): readonly IpFamily[] {
  const all = ['ipv4', 'ipv6'] as const;
  const met = all.filter(family => destinations.some(prefix => prefix.family === family));
  if (named.length === 0) return met.length > 0 ? met : all;
  const other = destinations.find(prefix => !named.includes(prefix.family));
  if (other !== undefined)
    found.push(
      about('unknown-choice', 'destinations', other.address, 'error', { allowed: named.join(', ') }),
    );
  return all.filter(family => named.includes(family) && (met.length === 0 || met.includes(family)));
}

function readLabels(
  object: ReadonlyMap<string, Json>,
  found: Diagnostic[],
): Readonly<Record<string, string>> {
  const json = object.get('podLabels');
  if (json === undefined) return {};
  if (!(json instanceof Map)) {
    found.push(
      about('wrong-type', 'podLabels', undefined, 'error', { type: jsonType(json), must: 'object' }),
    );
    return {};
  }
  const pairs = [...json].map(([key, value]): [string, string] => [key, scalarText(value) ?? '\u0000']);
  for (const [key, value] of pairs) {
    if (/^[\w./-]{1,317}$/.test(key) && /^(?:[\w.-]{1,63})?$/.test(value)) continue;
    found.push(
      about('unknown-choice', `podLabels.${key}`, value, 'error', { allowed: 'a Kubernetes label' }),
    );
  }
  return Object.fromEntries(pairs);
}

function about(
  code: Diagnostic['code'],
  path: string,
  value: string | undefined,
  severity: Diagnostic['severity'],
  args?: Diagnostic['args'],
): Diagnostic {
  return { code, severity, path, ...(value !== undefined && { value }), ...(args !== undefined && { args }) };
}
