import { QuotaError } from '../errors.ts';
import type { Json } from './json-text.ts';
import { parsePairs } from './properties.ts';

/**
 * The flavor of a server as the openstack client prints it in one text: `disk='20', extra_specs.hw:x='y', id='m1', …`.
 * Extra specs that are none leave nothing between two commas.
 *
 * @see python-openstackclient openstackclient/compute/v2/server.py, osc-lib osc_lib/utils/__init__.py:format_dict
 * @throws QuotaError `invalid-input` when it is the flavor's name alone, as before microversion 2.47
 */
export function serverFlavor(text: string, subject: string): ReadonlyMap<string, Json> {
  if (!/^\s*[\w.:-]+=/.test(text)) {
    const name = text.replace(/(?<!\s)\s*\([^()]*\)\s*$/, '').trim();
    const what = `${subject} has a server that only names its flavor '${name}': what that asks for is not known; give openstack flavor show ${name} -f json`;
    throw new QuotaError('invalid-input', subject, what);
  }
  const fields = new Map<string, Json>();
  const specs = new Map<string, Json>();
  let isTold = false;
  for (const [key, value] of parsePairs(text, subject)) {
    const spec = /^extra_specs\.(.+)$/s.exec(key)?.[1];
    isTold ||= spec !== undefined || key === '';
    if (value === undefined) continue;
    if (spec === undefined) fields.set(key, value);
    else specs.set(spec, value);
  }
  return isTold ? fields.set('extra_specs', specs) : fields;
}

/** Deepest nesting that is searched; parsers allow no more. */
const maxDepth = 64;

/**
 * Flavors that stand somewhere inside a template of Heat, a playbook or variables of Ansible. What has properties there may
 * be anything; a flavor's have vCPUs or memory beside them, or a module's or resource's name in front.
 *
 * @see ansible-collections-openstack plugins/modules/compute_flavor.py
 */
export function flavorsDeepInside(json: Json, depth = 0): readonly ReadonlyMap<string, Json>[] {
  if (depth > maxDepth) return [];
  if (Array.isArray(json)) return json.flatMap(one => flavorsDeepInside(one, depth + 1));
  if (!(json instanceof Map)) return [];
  if (json.get('type') === 'OS::Nova::Flavor') {
    const properties = json.get('properties');
    return [properties instanceof Map ? resource(properties) : new Map()];
  }
  if (isFlavorLike(json)) return [resource(json)];
  return [...json].flatMap(([key, value]) => {
    if (/^(?:openstack\.cloud\.)?(?:os_nova_flavor|compute_flavor)$/.test(key) && value instanceof Map)
      return [resource(value)];
    return flavorsDeepInside(value, depth + 1);
  });
}

function isFlavorLike(object: ReadonlyMap<string, Json>): boolean {
  return (
    (object.has('vcpus') || object.has('ram')) && (object.has('extra_specs') || object.has('properties'))
  );
}

/** One that is declared without extra specs has none; its `flavorid` is the API's id. */
function resource(declared: ReadonlyMap<string, Json>): ReadonlyMap<string, Json> {
  const flavor = new Map(declared);
  const id = declared.get('flavorid') ?? declared.get('id');
  if (id !== undefined) flavor.set('id', id);
  const isTold = ['extra_specs', 'properties'].some(
    key => declared.get(key) !== undefined && declared.get(key) !== null,
  );
  if (!isTold) flavor.set('extra_specs', new Map());
  return flavor;
}
