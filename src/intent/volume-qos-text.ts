import type { Diagnostic } from '../diagnostics.ts';
import { QuotaError } from '../errors.ts';
import { type Json, jsonType, scalarText } from './json-text.ts';
import { propertiesOf } from './properties.ts';
import { parseText, type YamlParser } from './text-form.ts';
import type { VolumeQos } from './volume-qos.ts';

/** A QoS as Cinder keeps it, without the volume's size. */
export interface ParsedVolumeQos {
  readonly name?: string;
  readonly qos: Omit<VolumeQos, 'sizeGiB'>;
  readonly diagnostics: readonly Diagnostic[];
}

const consumers = ['front-end', 'back-end', 'both'] as const;

/**
 * Reads a volume type's QoS: Cinder API JSON, `openstack volume qos show` as JSON (properties as an object or as text),
 * YAML or `-f shell`, or `key=value` lines with a `consumer=` among them.
 *
 * @param subject what the text is, for messages: a file's name.
 * @throws QuotaError `invalid-input` when it is none of these, with line and column.
 */
export function parseVolumeQos(text: string, yaml?: YamlParser, subject = 'volume QoS'): ParsedVolumeQos {
  const outer = asObject(parseText(text, subject, yaml), subject);
  const wrapped = outer.get('qos_specs');
  const object = wrapped === undefined ? outer : asObject(wrapped, subject);
  const { specs, diagnostics } = scalars(specsOf(object, subject));
  const consumer = consumerOf(object, subject);
  const name = scalarText(object.get('name'));
  return {
    ...(name !== undefined && { name }),
    qos: { specs, ...(consumer && { consumer }) },
    diagnostics: [...diagnostics, ...(consumer === undefined ? [noConsumer] : [])],
  };
}

const noConsumer: Diagnostic = { code: 'no-consumer', severity: 'warning', path: 'consumer' };

function asObject(json: Json, subject: string): ReadonlyMap<string, Json> {
  if (json instanceof Map) return json;
  throw new QuotaError('invalid-input', subject, `${subject} must be an object, and is a ${jsonType(json)}`);
}

const describing = new Set(['id', 'name', 'associations', 'consumer', 'links', 'created_at']);

/** `specs` of the API, `properties` of the client, or what is left of the object itself. */
function specsOf(object: ReadonlyMap<string, Json>, subject: string): ReadonlyMap<string, Json> {
  const key = object.has('specs') ? 'specs' : 'properties';
  const specs = object.get(key);
  if (specs instanceof Map) return specs;
  if (typeof specs === 'string') return propertiesOf(specs, subject);
  if (specs === null) return new Map();
  if (specs === undefined) return bareSpecs(object, subject);
  throw new QuotaError(
    'invalid-input',
    subject,
    `${subject}: '${key}' must be an object, and is a ${jsonType(specs)}`,
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
