import type { Diagnostic } from '../diagnostics.ts';
import { QuotaError } from '../errors.ts';
import { flavorsIn, type WrittenFlavor } from './flavor-forms.ts';
import { type Json, jsonType, scalarText } from './json-text.ts';
import { parseText, type TextOptions, type TextReader } from './text-form.ts';

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
 * Reads a flavor in any form in which one is met: Nova API JSON (whole answer or inner object), what the openstack client
 * prints (table, JSON, YAML, shell, value, CSV), also inside a server, command lines that set it, Terraform, Heat, Ansible,
 * extra specs alone, or plain `key=value` lines. A domain's XML is read by `domain/nova-metadata.ts`.
 *
 * @param reader for everything but JSON and `key=value` lines: `parsePasted`, or `parseYaml` for YAML alone.
 * @param subject what the text is, for messages: a file's name.
 * @throws QuotaError `invalid-input` when it is none of these, with line and column; when there are several flavors; when
 * its extra specs are not told, so that nobody knows what it asks for.
 */
export function parseFlavor(text: string, reader?: TextReader, subject = 'flavor'): FlavorResult {
  const [first, ...others] = distinct(parseFlavors(text, { reader }, subject));
  if (first !== undefined && others.length === 0) return first;
  const names = [first, ...others]
    .slice(0, NAMED)
    .map(one => `'${one?.flavor.name ?? one?.flavor.id ?? '?'}'`);
  const more = others.length + 1 > NAMED ? `, ${others.length + 1 - NAMED} more` : '';
  const which =
    first === undefined
      ? 'has no flavor in it'
      : `has ${others.length + 1} flavors (${names.join(', ')}${more}): give the one that is meant, as openstack flavor show NAME -f json, or all of them to an audit with --flavors`;
  throw new QuotaError('invalid-input', subject, `${subject} ${which}`);
}

/** So many flavors are named. */
const NAMED = 5;

/**
 * Reads every flavor of a text, for a catalogue.
 *
 * @throws QuotaError `invalid-input`, as {@link parseFlavor}, but for their number
 */
export function parseFlavors(text: string, options: TextOptions, subject: string): readonly FlavorResult[] {
  const found: Diagnostic[] = [];
  const written = flavorsIn(parseText(text, subject, { ...options, found }), { subject, found });
  return written.map((one, at) => flavorOf(one, at === 0 ? found : []));
}

function flavorOf({ fields, specs }: WrittenFlavor, found: readonly Diagnostic[]): FlavorResult {
  const { pairs, diagnostics } = scalars(specs);
  return {
    flavor: { ...identity(fields), extraSpecs: specRecord(pairs) },
    diagnostics: [...found, ...diagnostics],
  };
}

/** Several servers may have one flavor. */
function distinct(flavors: readonly FlavorResult[]): readonly FlavorResult[] {
  if (flavors.length < 2) return flavors;
  return [...new Map(flavors.map(one => [JSON.stringify(one.flavor), one])).values()];
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
