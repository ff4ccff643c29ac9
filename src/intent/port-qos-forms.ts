import { QuotaError } from '../errors.ts';
import { type Json, jsonType, scalarText } from './json-text.ts';
import { parsePythonDicts } from './python-dict.ts';

/** A rule as it was written: its keys as the API spells them, with where it stands. */
export interface WrittenRule {
  /** `rules[0]`, `bandwidth_limit_rules[1]`. */
  readonly path: string;
  /** The type that its place gives it; absent: its own `type` or its keys say. */
  readonly type?: string;
  /** Anything but an object is no rule. */
  readonly content: Json;
}

/** A policy, unwrapped. */
export interface WrittenPolicy {
  readonly identity: { readonly id?: string; readonly name?: string };
  readonly rules: readonly WrittenRule[];
}

/** More rules than any policy has: one of each type and direction are nine. */
const maxRules = 100;
const typedKey = /^([a-z_]+)_rule(s?)$/;

/**
 * Finds the rules in whatever the API or the openstack client printed.
 *
 * @throws QuotaError `invalid-input` when there is no place where rules could be
 */
export function policyOf(json: Json, subject: string): WrittenPolicy {
  const policy = unwrapped(json, subject);
  if (policy.rules.length > maxRules) throw refused(subject, `has more than ${maxRules} rules`);
  return policy;
}

function unwrapped(json: Json, subject: string): WrittenPolicy {
  if (Array.isArray(json)) return { identity: {}, rules: listed(json, 'rules') };
  if (!(json instanceof Map)) {
    throw refused(subject, `must be a policy, a rule or a list of rules, and is a ${jsonType(json)}`);
  }
  const inner = json.get('policy');
  if (inner !== undefined) return unwrapped(inner, subject);
  const several = json.get('policies');
  if (Array.isArray(several)) return unwrapped(only(several, subject), subject);
  return { identity: identityOf(json), rules: rulesOf(json, subject) };
}

function only(policies: readonly Json[], subject: string): Json {
  const [policy] = policies;
  if (policies.length === 1 && policy !== undefined) return policy;
  throw refused(subject, `holds ${policies.length} policies, must be one`);
}

function rulesOf(object: ReadonlyMap<string, Json>, subject: string): readonly WrittenRule[] {
  const rules = object.get('rules');
  if (Array.isArray(rules)) return listed(rules, 'rules');
  if (rules === null) return [];
  if (typeof rules === 'string') return listed(parsePythonDicts(rules, `'rules' of ${subject}`), 'rules');
  if (rules !== undefined) throw refused(subject, `has rules of type ${jsonType(rules)}, must be a list`);
  const typed = [...object].filter(([key]) => typedKey.test(key));
  if (typed.length > 0) return typed.flatMap(([key, value]) => ofType(key, value));
  if ([...object.keys()].some(key => /^(max|min|dscp)[ _]/i.test(key)))
    return [{ path: 'rule', content: apiKeys(object) }];
  throw refused(subject, "has neither 'rules' nor anything else of a QoS policy");
}

function ofType(key: string, value: Json): readonly WrittenRule[] {
  const type = typedKey.exec(key)?.[1] ?? key;
  if (Array.isArray(value)) return listed(value, key).map(rule => ({ ...rule, type }));
  return [{ path: key, type, content: apiKeys(value) }];
}

function listed(rules: readonly Json[], name: string): readonly WrittenRule[] {
  return rules.map((rule, index) => ({ path: `${name}[${index}]`, content: apiKeys(rule) }));
}

/** Whose a rule is, and which state of it, is no part of what it asks for. */
const ownership = new Set([
  'project_id',
  'tenant_id',
  'revision_number',
  'created_at',
  'updated_at',
  'description',
]);

/** The client's column heads (`Max Burst Kbits`) as the API's keys (`max_burst_kbps`); empty cells are no values. */
function apiKeys(rule: Json): Json {
  if (!(rule instanceof Map)) return rule;
  const named = [...rule].map(([key, value]): [string, Json] => [
    key.toLowerCase().replaceAll(' ', '_').replace('kbits', 'kbps'),
    value,
  ]);
  return new Map(
    named.filter(([key, value]) => value !== null && value !== '' && value !== 'None' && !ownership.has(key)),
  );
}

function identityOf(object: ReadonlyMap<string, Json>): WrittenPolicy['identity'] {
  const id = scalarText(object.get('id'));
  const name = scalarText(object.get('name'));
  return { ...(id !== undefined && { id }), ...(name !== undefined && { name }) };
}

function refused(subject: string, what: string): QuotaError {
  return new QuotaError('invalid-input', subject, `${subject} ${what}`);
}
