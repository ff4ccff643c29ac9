import type { Diagnostic } from '../diagnostics.ts';
import { QuotaError } from '../errors.ts';
import { flavorsDeepInside, serverFlavor } from './flavor-places.ts';
import { type Json, jsonType, scalarText } from './json-text.ts';
import { propertiesOf } from './properties.ts';
import { extraSpecNamespace } from './understood.ts';

/** A flavor as it was written. */
export interface WrittenFlavor {
  /** What it has, by the API's names. */
  readonly fields: ReadonlyMap<string, Json>;
  readonly specs: ReadonlyMap<string, Json>;
}

/** What is being read. */
export interface FlavorText {
  /** What the text is, for messages. */
  readonly subject: string;
  readonly found: Diagnostic[];
}

/** What a flavor has besides extra specs, by the API's, the client's and its shell's names. */
const flavorField =
  /^(?:id|name|original_name|description|vcpus|ram|memory_mb|disk|swap|ephemeral|rxtx_factor|links|location|is_public|disabled|is_disabled|access_project_ids|os-flavor-access:is_public|OS-FLV[\w-]*:(?:disabled|ephemeral)|os_flv\w*_(?:disabled|ephemeral)|os_flavor_access_is_public)$/i;
const specsKey = /^(?:OS-FLV[\w-]*:)?extra_specs$/;

/**
 * Every flavor that a text tells of, in whatever the API, the clients and the tools around them make of flavors: one alone,
 * a list, the one inside a server, those of Heat and Ansible, extra specs with nothing around them.
 *
 * @throws QuotaError `invalid-input` when there is none, or one of which the extra specs are not told: they prove nothing
 */
export function flavorsIn(json: Json, text: FlavorText): readonly WrittenFlavor[] {
  if (Array.isArray(json))
    return json.some(isListed) ? json.flatMap(one => flavorsIn(one, text)) : inside(json, text);
  if (!(json instanceof Map)) throw refused(text, `must be an object, and is a ${jsonType(json)}`);
  const object = namedAsTheApi(json);
  for (const list of ['flavors', 'servers']) {
    const several = object.get(list);
    if (Array.isArray(several) && several.length > 0)
      return several.flatMap(one => flavorsIn(inner(one, list), text));
  }
  const wrapped = object.get('flavor') ?? object.get('server');
  if (wrapped !== undefined) return wrappedFlavor(wrapped, object, text);
  refuseOthers(object, text);
  if (isFlavor(object)) return [{ fields: object, specs: toldSpecs(object, text) }];
  if (object.get('type') !== undefined || [...object.values()].some(isNested)) return inside(json, text);
  return [{ fields: object, specs: bareSpecs(object, text) }];
}

/** An element of a list of flavors may be wrapped as alone. */
function inner(one: Json, list: string): Json {
  if (list !== 'flavors' || !(one instanceof Map) || one.has('flavor')) return one;
  return new Map([['flavor', one]]);
}

function isListed(one: Json): boolean {
  if (!(one instanceof Map)) return false;
  const object = namedAsTheApi(one);
  return (
    object.has('flavor') ||
    object.has('server') ||
    isFlavor(object) ||
    [...object.keys()].every(key => flavorField.test(key))
  );
}

function isNested(value: Json): boolean {
  return value instanceof Map || Array.isArray(value);
}

/** The heads of the client's lists (`RXTX Factor`) as the API's names. */
function namedAsTheApi(object: ReadonlyMap<string, Json>): ReadonlyMap<string, Json> {
  if (!object.has('ID') && !object.has('Name')) return object;
  return new Map([...object].map(([key, value]) => [key.toLowerCase().replaceAll(' ', '_'), value]));
}

function wrappedFlavor(
  wrapped: Json,
  around: ReadonlyMap<string, Json>,
  text: FlavorText,
): readonly WrittenFlavor[] {
  if (typeof wrapped === 'string') {
    const flavor = serverFlavor(wrapped, text.subject);
    return [{ fields: flavor, specs: toldSpecs(flavor, text) }];
  }
  if (!(wrapped instanceof Map)) throw refused(text, `must be an object, and is a ${jsonType(wrapped)}`);
  if (around.has('server')) return flavorsIn(wrapped, text);
  const object = namedAsTheApi(wrapped);
  if (object.has('properties') || [...object.keys()].some(key => specsKey.test(key) || flavorField.test(key)))
    return [{ fields: object, specs: toldSpecs(object, text) }];
  return flavorsIn(object, text);
}

/** Other things have properties as well. A flavor's stand beside nothing that a flavor has not. */
function isFlavor(object: ReadonlyMap<string, Json>): boolean {
  const keys = [...object.keys()];
  const names = keys.filter(key => key !== 'properties' && !specsKey.test(key));
  if (names.length === keys.length) return false;
  return object.has('vcpus') || object.has('ram') || names.every(key => flavorField.test(key));
}

/** What is known to be something else is told as that. */
function refuseOthers(object: ReadonlyMap<string, Json>, text: FlavorText): void {
  const what =
    object.has('qos_specs') || (object.has('consumer') && !object.has('vcpus'))
      ? 'a QoS of volumes: --volume DISK=FILE takes it'
      : ['policies', 'policy', 'rules'].some(key => object.has(key))
        ? "a network's QoS policy: virt-quota port takes it"
        : undefined;
  if (what !== undefined) throw refused(text, `is no flavor but ${what}`);
}

/** `extra_specs` of the API (also under an extension's prefix), `properties` of the client. */
function toldSpecs(object: ReadonlyMap<string, Json>, text: FlavorText): ReadonlyMap<string, Json> {
  const key = [...object.keys()].find(one => specsKey.test(one)) ?? 'properties';
  const specs = object.get(key);
  if (specs instanceof Map) return specs;
  if (typeof specs === 'string' && /^\s*\{\{/.test(specs))
    throw refused(text, `: '${key}' is a template that something else fills in: write the values out`);
  if (typeof specs === 'string' && specs !== 'None') return propertiesOf(specs, text.subject, text.found);
  if (specs === undefined || specs === null || specs === 'None') throw untold(object, text);
  throw refused(text, `: '${key}' must be an object, and is a ${jsonType(specs)}`);
}

/** Nova's API before microversion 2.61, the client's list without `--long`. */
function untold(object: ReadonlyMap<string, Json>, text: FlavorText): QuotaError {
  const name = scalarText(object.get('name') ?? object.get('original_name') ?? object.get('id'));
  const what = name === undefined ? 'a flavor' : `flavor '${name}'`;
  const give = `openstack flavor show ${name ?? 'NAME'} -f json`;
  return refused(
    text,
    `has ${what} without its extra specs, as Nova answers before microversion 2.61: what it asks for is not known; give ${give}`,
  );
}

/** Extra specs with nothing around them: their names alone tell that they are. */
function bareSpecs(object: ReadonlyMap<string, Json>, text: FlavorText): ReadonlyMap<string, Json> {
  const specs = [...object].filter(([key]) => !flavorField.test(key));
  if (specs.some(([key]) => extraSpecNamespace(key) !== undefined)) return new Map(specs);
  const isDescribed = specs.length === 0 && object.size > 0;
  if (isDescribed) throw untold(object, text);
  throw refused(text, "is no flavor: it has neither 'extra_specs' nor 'properties' nor a quota: key");
}

function inside(json: Json, text: FlavorText): readonly WrittenFlavor[] {
  const found = flavorsDeepInside(json);
  if (found.length > 0) return found.map(object => ({ fields: object, specs: toldSpecs(object, text) }));
  if (Array.isArray(json)) throw refused(text, 'must be an object, and is a list without a flavor');
  return [{ fields: new Map(), specs: bareSpecs(json as ReadonlyMap<string, Json>, text) }];
}

function refused({ subject }: FlavorText, what: string): QuotaError {
  return new QuotaError(
    'invalid-input',
    subject,
    what.startsWith(':') ? `${subject}${what}` : `${subject} ${what}`,
  );
}
