import type { Diagnostic } from '../diagnostics.ts';
import { QuotaError } from '../errors.ts';
import { type Json, jsonType, scalarText } from './json-text.ts';
import { pairMap, propertiesOf } from './properties.ts';
import { parseText, type TextReader } from './text-form.ts';
import type { VolumeQos } from './volume-qos.ts';

/** A QoS as Cinder keeps it, without the volume's size. */
export interface ParsedVolumeQos {
  readonly name?: string;
  readonly qos: Omit<VolumeQos, 'sizeGiB'>;
  readonly diagnostics: readonly Diagnostic[];
}

const consumers = ['front-end', 'back-end', 'both'] as const;

/**
 * Reads a volume type's QoS: Cinder API JSON, what the openstack client prints of it (table, JSON, YAML, shell, value) and
 * cinder's did, command lines that set it, Terraform, or `key=value` lines with a `consumer=` among them.
 *
 * @param reader for everything but JSON and `key=value` lines: `parsePasted`, or `parseYaml` for YAML alone.
 * @param subject what the text is, for messages: a file's name.
 * @throws QuotaError `invalid-input` when it is none of these, with line and column, or there are several.
 */
export function parseVolumeQos(text: string, reader?: TextReader, subject = 'volume QoS'): ParsedVolumeQos {
  const found: Diagnostic[] = [];
  const object = qosIn(parseText(text, subject, { reader, found }), subject);
  const { specs, diagnostics } = scalars(specsOf(object, subject, found));
  if (Object.keys(specs).some(key => key.startsWith('quota:'))) throw isAFlavor(subject);
  const consumer = consumerOf(object, subject);
  const name = scalarText(object.get('name'));
  return {
    ...(name !== undefined && { name }),
    qos: { specs, ...(consumer && { consumer }) },
    diagnostics: [...found, ...diagnostics, ...(consumer === undefined ? [noConsumer] : [])],
  };
}

/** The one QoS of an answer or a list. */
function qosIn(json: Json, subject: string): ReadonlyMap<string, Json> {
  if (Array.isArray(json)) return only(json, subject);
  const outer = asObject(json, subject);
  const wrapped = outer.get('qos_specs');
  if (Array.isArray(wrapped)) return only(wrapped, subject);
  const object = wrapped === undefined ? outer : asObject(wrapped, subject);
  const isFlavor = ['flavor', 'flavors', 'servers', 'vcpus', 'VCPUs'].some(key => object.has(key));
  if (isFlavor) throw isAFlavor(subject);
  if (!object.has('ID') && !object.has('Name')) return object;
  return new Map([...object].map(([key, value]) => [key.toLowerCase(), value]));
}

function isAFlavor(subject: string): QuotaError {
  return new QuotaError(
    'invalid-input',
    subject,
    `${subject} is no volume QoS but a flavor: --flavor takes it`,
  );
}

function only(list: readonly Json[], subject: string): ReadonlyMap<string, Json> {
  const [one] = list;
  if (one instanceof Map && list.length === 1) return qosIn(one, subject);
  const names = list.flatMap(item =>
    item instanceof Map ? [scalarText(item.get('name') ?? item.get('Name'))] : [],
  );
  const named = names
    .slice(0, 5)
    .map(name => `'${name ?? '?'}'`)
    .join(', ');
  const what =
    names.length === 0
      ? `must be an object, and is a list`
      : `has ${list.length} QoS (${named}): give the one that is meant, as openstack volume qos show NAME -f json`;
  throw new QuotaError('invalid-input', subject, `${subject} ${what}`);
}

const noConsumer: Diagnostic = { code: 'no-consumer', severity: 'warning', path: 'consumer' };

function asObject(json: Json, subject: string): ReadonlyMap<string, Json> {
  if (json instanceof Map) return json;
  throw new QuotaError('invalid-input', subject, `${subject} must be an object, and is a ${jsonType(json)}`);
}

const describing = new Set(['id', 'name', 'associations', 'consumer', 'links', 'created_at']);

/** `specs` of the API, `properties` of the client, or what is left of the object itself. */
function specsOf(
  object: ReadonlyMap<string, Json>,
  subject: string,
  found: Diagnostic[],
): ReadonlyMap<string, Json> {
  const key = object.has('specs') ? 'specs' : 'properties';
  const specs = object.get(key);
  if (specs instanceof Map) return specs;
  if (typeof specs === 'string')
    return /^[^'"{]*\S : /.test(specs) ? colonPairs(specs, found) : propertiesOf(specs, subject, found);
  if (specs === null) return new Map();
  if (specs === undefined) return bareSpecs(object, subject);
  throw new QuotaError(
    'invalid-input',
    subject,
    `${subject}: '${key}' must be an object, and is a ${jsonType(specs)}`,
  );
}

/** As cinder's own client prints an object: `read_iops_sec : 500`, the next one below it. */
function colonPairs(text: string, found: Diagnostic[]): ReadonlyMap<string, Json> {
  const pairs = [...text.matchAll(/([^\s:]+) : (\S+)/g)];
  return pairMap(
    pairs.map(([, key = '', value = '']) => [key, value] as const),
    found,
  );
}

/** A file about something else must not pass for a QoS without limits. */
function bareSpecs(object: ReadonlyMap<string, Json>, subject: string): ReadonlyMap<string, Json> {
  const specs = [...object].filter(([key]) => !describing.has(key));
  if (object.has('consumer') || specs.some(([key]) => /_sec(?:_|$)/.test(key))) return new Map(specs);
  const problem = `${subject} is no volume QoS: it has neither 'specs' nor 'properties' nor a limit such as total_iops_sec`;
  throw new QuotaError('invalid-input', subject, problem);
}

function consumerOf(
  object: ReadonlyMap<string, Json>,
  subject: string,
): (typeof consumers)[number] | undefined {
  const value = object.get('consumer');
  if (value === undefined || value === null) return undefined;
  const found = consumers.find(one => one === value);
  if (found !== undefined) return found;
  const problem = `${subject}: 'consumer' must be front-end, back-end or both, and is '${scalarText(value) ?? jsonType(value)}'`;
  throw new QuotaError('invalid-input', subject, problem);
}

/** Cinder keeps null as well, which Nova passes over. */
function scalars(specs: ReadonlyMap<string, Json>): {
  readonly specs: Readonly<Record<string, string>>;
  readonly diagnostics: readonly Diagnostic[];
} {
  const kept: Record<string, string> = Object.create(null);
  const diagnostics: Diagnostic[] = [];
  for (const [key, value] of specs) {
    const text = scalarText(value);
    if (text !== undefined) kept[key] = text;
    else {
      const severity = value === null ? 'warning' : 'error';
      diagnostics.push({ code: 'not-a-scalar', severity, path: key, args: { type: jsonType(value) } });
    }
  }
  return { specs: kept, diagnostics };
}
