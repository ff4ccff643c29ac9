import type { Diagnostic } from '../diagnostics.ts';
import { QuotaError } from '../errors.ts';
import { type Json, jsonType, scalarText } from './json-text.ts';
import { propertiesOf } from './properties.ts';
import { parseText, type YamlParser } from './text-form.ts';

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

/**
 * Reads a flavor in any form in which one is met: Nova API JSON (whole answer or inner object), `openstack flavor
 * show -f json` (properties as an object, or as text in Pike), the same as YAML or as `-f shell` prints it, extra specs
 * alone, or plain `key=value` lines. A domain's XML is read by `domain/nova-metadata.ts`.
 *
 * @param subject what the text is, for messages: a file's name.
 * @throws QuotaError `invalid-input` when it is none of these, with line and column.
 */
export function parseFlavor(text: string, yaml?: YamlParser, subject = 'flavor'): FlavorResult {
  const outer = asObject(parseText(text, subject, yaml), subject);
  const wrapped = outer.get('flavor');
  const flavor = wrapped === undefined ? outer : asObject(wrapped, subject);
  const { pairs, diagnostics } = scalars(extraSpecsOf(flavor, subject));
  return { flavor: { ...identity(flavor), extraSpecs: specRecord(pairs) }, diagnostics };
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
  return { flavor: { extraSpecs: specRecord(pairs) }, diagnostics: [] };
}

function asObject(json: Json, subject: string): ReadonlyMap<string, Json> {
  if (json instanceof Map) return json;
  throw new QuotaError('invalid-input', subject, `${subject} must be an object, and is a ${jsonType(json)}`);
}

/** What a flavor has besides extra specs, by the API's, the client's and its shell's names. */
const flavorField =
  /^(?:id|name|original_name|description|vcpus|ram|disk|swap|ephemeral|rxtx_factor|links|location|is_public|disabled|access_project_ids|os-flavor-access:is_public|OS-FLV[\w-]*:(?:disabled|ephemeral))$/i;

/** `extra_specs` of the API (also under an extension's prefix), `properties` of the client, or the object itself. */
function extraSpecsOf(flavor: ReadonlyMap<string, Json>, subject: string): ReadonlyMap<string, Json> {
  const key = [...flavor.keys()].find(one => /^(?:OS-FLV[\w-]*:)?extra_specs$/.test(one)) ?? 'properties';
  const specs = flavor.get(key);
  if (specs instanceof Map) return specs;
  if (typeof specs === 'string') return propertiesOf(specs, subject);
  if (specs === undefined) return bareSpecs(flavor, subject);
  if (specs === null) return new Map();
  throw new QuotaError(
    'invalid-input',
    subject,
    `${subject}: '${key}' must be an object, and is a ${jsonType(specs)}`,
  );
}

/** Extra specs with nothing around them. A file that is about something else must not pass for a flavor without limits. */
function bareSpecs(flavor: ReadonlyMap<string, Json>, subject: string): ReadonlyMap<string, Json> {
  const specs = [...flavor].filter(([key]) => !flavorField.test(key));
  const isFlavor =
    specs.length < flavor.size ||
    specs.some(([key]) => /.:.|^(?:cpu|disk|vif|memory|blkio|emulator|iothread|global)_/.test(key));
  if (isFlavor) return new Map(specs);
  const problem = `${subject} is no flavor: it has neither 'extra_specs' nor 'properties' nor a quota: key`;
  throw new QuotaError('invalid-input', subject, problem);
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
  const severity = /^(?:virt-)?quota:/.test(key) ? 'error' : 'warning';
  return { code: 'not-a-scalar', severity, path: key, args: { type: jsonType(value) } };
}

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

/** Extra specs from pairs: of a key given twice the last one counts, in its place. Has no prototype. */
export function specRecord(pairs: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  const specs: Record<string, string> = Object.create(null);
  for (const [key, value] of pairs) {
    delete specs[key];
    specs[key] = value;
  }
  return specs;
}
