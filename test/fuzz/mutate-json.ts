import type { Dice } from './dice.ts';
import { edgeNumbers, edgeTexts } from './edge-values.ts';
import type { Mutation } from './harness.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Stands where a text follows that `JSON.stringify` would not write: a number that is too large, a key that comes twice. */
const RAW = 'raw-json:';

/** Changes one value somewhere in JSON, and leaves everything else as it is; another text stays. */
export const mutateJson: Mutation = (input, dice) => {
  let json: Json;
  try {
    json = JSON.parse(input) as Json;
  } catch {
    return input;
  }
  const text = JSON.stringify(changed(json, dice, 0));
  return text.replace(/"raw-json:([^"\\]*)"/g, '$1');
};

/** The same in one line of many. */
export const mutateJsonLine: Mutation = (input, dice) => {
  const lines = input.split('\n');
  const at = dice.below(lines.length);
  lines[at] = mutateJson(lines[at] ?? '', dice);
  return lines.join('\n');
};

function changed(json: Json, dice: Dice, depth: number): Json {
  const isDone = dice.chance(depth === 0 ? 0.02 : 0.12);
  if (isDone || typeof json !== 'object' || json === null) return replaced(json, dice);
  if (Array.isArray(json)) return changedList(json, dice, depth);
  const object = json as { readonly [key: string]: Json };
  const keys = Object.keys(object);
  if (keys.length === 0) return replaced(json, dice);
  const key = dice.of(keys);
  if (dice.chance(0.15)) return changedKeys(object, key, dice);
  return { ...object, [key]: changed(object[key] as Json, dice, depth + 1) };
}

function changedList(list: readonly Json[], dice: Dice, depth: number): Json {
  if (list.length === 0) return replaced(list, dice);
  const at = dice.below(list.length);
  const one = list[at] as Json;
  const times = dice.of([2, 2, 3, 50]);
  return dice.of<() => Json>([
    () => list.with(at, changed(one, dice, depth + 1)),
    () => list.with(at, changed(one, dice, depth + 1)),
    () => list.with(at, changed(one, dice, depth + 1)),
    () => list.toSpliced(at, 1),
    () => [...list, ...Array<Json>(times).fill(one)],
    () => list.toReversed(),
  ])();
}

function changedKeys(object: { readonly [key: string]: Json }, key: string, dice: Dice): Json {
  const { [key]: value, ...rest } = object;
  const other = dice.of([dice.of(edgeTexts), key.toUpperCase(), `${key}${dice.of(edgeTexts)}`, '']);
  return dice.of<() => Json>([
    () => rest,
    () => ({ ...rest, [other]: value as Json }),
    () => ({ ...object, [other]: value as Json }),
    () => Object.fromEntries(Object.entries(object).reverse()),
  ])();
}

/** A value of another type, at an edge, or deeper than anybody looks. */
function replaced(json: Json, dice: Dice): Json {
  return dice.of<() => Json>([
    () => null,
    () => dice.chance(0.5),
    () => `${RAW}${dice.of(edgeNumbers.filter(one => /^-?[\d.]+(?:e-?\d+)?$/.test(one)))}`,
    () => dice.of(edgeNumbers),
    () => dice.of(edgeTexts),
    () => (typeof json === 'string' ? withEdge(json, dice) : dice.of(edgeTexts)),
    () => (typeof json === 'string' ? withEdge(json, dice) : dice.of(edgeNumbers)),
    () => [],
    () => ({}),
    () => [json],
    () => ({ [dice.of(edgeTexts)]: json }),
    () => (typeof json === 'string' ? json.repeat(dice.of([2, 1000])) : json),
    () => nested(json, dice.of([5, 70, 3000]), dice),
  ])();
}

function withEdge(text: string, dice: Dice): string {
  const at = dice.below(text.length + 1);
  return text.slice(0, at) + dice.of(edgeTexts) + text.slice(at + dice.below(2));
}

function nested(json: Json, depth: number, dice: Dice): Json {
  const isList = dice.chance(0.5);
  let value = json;
  for (let left = depth; left > 0; left -= 1) value = isList ? [value] : { a: value };
  return value;
}
