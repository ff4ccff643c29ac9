import type { Json } from '../json-text.ts';

/** Properties alone in a line: a dict as Python prints it, or `key='value', …`. */
const properties = /^(?:\{.*\}|[^\s='"]+='[^']*'(?:,\s*[^\s='"]+='.*')?,?)$/;
const truth = /^(?:True|False)$/;

/**
 * Reads what a client prints with `-f value`: values without their names, in the order of the names. One of them tells
 * what it is: the properties, or a policy's rules; the others are taken where their neighbours leave no doubt.
 *
 * @returns undefined when there is none of these, or more than one.
 */
export function parseValues(lines: readonly string[]): Json | undefined {
  const values = lines.map(line => line.trim());
  const dicts = values.flatMap((value, at) => (properties.test(value) ? [at] : []));
  const rules = values.flatMap((value, at) => (/^\[\s*\{.*\}\s*\]$/.test(value) ? [at] : []));
  const [at] = dicts.length > 0 ? dicts : rules;
  if (at === undefined || dicts.length + rules.length !== 1) return undefined;
  if (rules.length === 1) return policy(values, at);
  const consumer = values.find(value => /^(?:front-end|back-end|both)$/.test(value));
  if (consumer !== undefined) return qos(values, at, consumer);
  return flavor(values, at);
}

/** disabled, ephemeral, access, (description,) disk, id, name, is_public, properties, ram, rxtx_factor, swap, vcpus. */
function flavor(values: readonly string[], at: number): Json | undefined {
  const isWhole = at >= 3 && truth.test(values[at - 1] ?? '');
  // An empty dict alone may be of anything.
  if (!isWhole && /^\{\s*\}$/.test(values[at] ?? '')) return undefined;
  const vcpus = values.length >= at + 5 ? values[at + 4] : undefined;
  return object({
    ...(isWhole && { id: values[at - 3], name: values[at - 2] }),
    ...(isWhole && vcpus !== undefined && { vcpus }),
    properties: values[at],
  });
}

/** associations, consumer, id, name, properties. */
function qos(values: readonly string[], at: number, consumer: string): Json {
  const isWhole = values[at - 3] === consumer;
  return object({
    consumer,
    ...(isWhole && { id: values[at - 2], name: values[at - 1] }),
    properties: values[at],
  });
}

/** description, id, is_default, name, project_id, rules, … */
function policy(values: readonly string[], at: number): Json {
  const isWhole = at >= 4 && truth.test(values[at - 3] ?? '');
  return object({ ...(isWhole && { id: values[at - 4], name: values[at - 2] }), rules: values[at] });
}

function object(members: Readonly<Record<string, string | undefined>>): Json {
  return new Map(Object.entries(members).map(([key, value]): [string, Json] => [key, value ?? '']));
}
