import type { Diagnostic } from '../diagnostics.ts';
import { QuotaError } from '../errors.ts';
import { type Json, jsonType, parseJson, scalarText } from './json-text.ts';
import { parseProperties, parsePropertyLines } from './properties.ts';

/** A Nova flavor, as far as limits go. */
export interface Flavor {
  readonly name?: string;
  readonly id?: string;
  /** Number of vCPUs; absent when the source does not say. */
  readonly vcpus?: number;
  /** In their order. Has no prototype: any text is a key. */
  readonly extraSpecs: Readonly<Record<string, string>>;
}

/** A flavor and what is to be said about how it was written. */
export interface FlavorResult {
  readonly flavor: Flavor;
  readonly diagnostics: readonly Diagnostic[];
}

/** Longest flavor that is read, in UTF-16 units. */
export const maxFlavorLength = 1024 * 1024;

/**
 * Reads a flavor in any form in which one is met: Nova API JSON (whole answer or inner object), `openstack flavor
 * show -f json` (properties as an object, or as text in Pike), extra specs alone, or plain `key=value` lines.
 *
 * @throws QuotaError `invalid-input` when it is none of these, with line and column.
 */
export function parseFlavor(text: string): FlavorResult {
  if (text.length > maxFlavorLength) {
    throw new QuotaError(
      'invalid-input',
      'flavor',
      `flavor is too large: more than ${maxFlavorLength} characters`,
    );
  }
  return /^\ufeff?\s*[[{"]/.test(text)
    ? fromJson(parseJson(text, 'flavor'))
    : fromPairs(parsePropertyLines(text));
}

/**
 * A flavor from `key=value` texts, as `openstack flavor set --property` takes them; the value is kept as it is.
 *
 * @throws QuotaError `invalid-input` when one has no `=`.
 */
export function flavorFromProperties(properties: readonly string[]): FlavorResult {
  const pairs = properties.map((property): readonly [string, string] => {
    const equals = property.indexOf('=');
    if (equals > 0) return [property.slice(0, equals), property.slice(equals + 1)];
    throw new QuotaError('invalid-input', property, `property '${property}' is not KEY=VALUE`);
  });
  return { flavor: { extraSpecs: record(pairs) }, diagnostics: [] };
}

function fromPairs(pairs: readonly (readonly [string, string])[]): FlavorResult {
  const own = new Map(pairs.filter(([key]) => identityKeys.has(key)));
  const specs = pairs.filter(([key]) => !identityKeys.has(key));
  return { flavor: { ...identity(own), extraSpecs: record(specs) }, diagnostics: [] };
}

function fromJson(json: Json): FlavorResult {
  const outer = asObject(json);
  const wrapped = outer.get('flavor');
  const flavor = wrapped === undefined ? outer : asObject(wrapped);
  const { pairs, diagnostics } = scalars(extraSpecsOf(flavor));
  return { flavor: { ...identity(flavor), extraSpecs: record(pairs) }, diagnostics };
}

function asObject(json: Json): ReadonlyMap<string, Json> {
  if (json instanceof Map) return json;
  throw new QuotaError('invalid-input', 'flavor', `flavor must be an object, and is a ${jsonType(json)}`);
}

/** `extra_specs` of the API (also under an extension's prefix), `properties` of the client, or the object itself. */
function extraSpecsOf(flavor: ReadonlyMap<string, Json>): ReadonlyMap<string, Json> {
  const key = [...flavor.keys()].find(one => /^(?:OS-FLV[\w-]*:)?extra_specs$/.test(one)) ?? 'properties';
  const specs = flavor.get(key);
  if (specs instanceof Map) return specs;
  if (typeof specs === 'string') return new Map(parseProperties(specs));
  if (specs === undefined) return new Map([...flavor].filter(([one]) => one.startsWith('quota:')));
  if (specs === null) return new Map();
  throw new QuotaError(
    'invalid-input',
    key,
    `flavor: '${key}' must be an object, and is a ${jsonType(specs)}`,
  );
}

function scalars(specs: ReadonlyMap<string, Json>): {
  readonly pairs: readonly (readonly [string, string])[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const pairs: (readonly [string, string])[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const [key, value] of specs) {
    const text = scalarText(value);
    if (text !== undefined) pairs.push([key, text]);
    else diagnostics.push(notScalar(key, value));
  }
  return { pairs, diagnostics };
}

function notScalar(key: string, value: Json): Diagnostic {
  const severity = key.startsWith('quota:') ? 'error' : 'warning';
  return { code: 'not-a-scalar', severity, path: key, args: { type: jsonType(value) } };
}

const identityKeys = new Set(['name', 'id', 'vcpus']);

function identity(flavor: ReadonlyMap<string, Json>): Omit<Flavor, 'extraSpecs'> {
  const name = scalarText(flavor.get('name') ?? flavor.get('original_name'));
  const id = scalarText(flavor.get('id'));
  const vcpus = scalarText(flavor.get('vcpus'));
  return {
    ...(name !== undefined && { name }),
    ...(id !== undefined && { id }),
    ...(vcpus !== undefined && /^[1-9][0-9]{0,5}$/.test(vcpus) && { vcpus: Number(vcpus) }),
  };
}

function record(pairs: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  const specs: Record<string, string> = Object.create(null);
  for (const [key, value] of pairs) {
    delete specs[key];
    specs[key] = value;
  }
  return specs;
}
