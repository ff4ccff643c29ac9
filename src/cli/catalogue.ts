import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { QuotaError } from '../errors.ts';
import { type Flavor, parseFlavor } from '../intent/flavor.ts';
import { readInput } from './inputs.ts';
import { readFlavorFile } from './quota-input.ts';

const CATALOGUE_LIMIT = 64 * 1024 * 1024;

/** As Nova's `GET /flavors/detail` answers, or the array alone. */
const listShape = z.union([
  z.object({ flavors: z.array(z.record(z.string(), z.unknown())) }),
  z.array(z.record(z.string(), z.unknown())),
]);

/** Flavors by name and by id. */
export type Catalogue = ReadonlyMap<string, Flavor>;

/**
 * Reads a catalogue: a folder with a flavor a file, or one file as Nova lists flavors (`{"flavors": […]}`).
 *
 * @throws QuotaError `invalid-input` when it cannot be read, or a file in the folder is no flavor
 */
export async function readCatalogue(path: string): Promise<Catalogue> {
  const found = await stat(path).catch(() => undefined);
  const flavors = found?.isDirectory() === true ? await readFolder(path) : await readList(path);
  const named = flavors.flatMap(flavor =>
    [flavor.id, flavor.name].flatMap(key => (key === undefined ? [] : [[key, flavor] as const])),
  );
  if (named.length > 0) return new Map(named);
  throw new QuotaError('invalid-input', path, `'${path}' has no flavor with a name or an id`);
}

async function readFolder(folder: string): Promise<readonly Flavor[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.filter(entry => entry.isFile() && /\.(?:json|ya?ml)$/i.test(entry.name));
  const flavors: Flavor[] = [];
  for (const { name } of files) flavors.push((await readFlavorFile(join(folder, name))).flavor);
  return flavors;
}

async function readList(file: string): Promise<readonly Flavor[]> {
  const text = await readInput(file, CATALOGUE_LIMIT);
  const list = listShape.safeParse(parse(text, file));
  if (!list.success) return [(await readFlavorFile(file)).flavor];
  const flavors = Array.isArray(list.data) ? list.data : list.data.flavors;
  return flavors.map(flavor => parseFlavor(JSON.stringify(flavor)).flavor);
}

/** undefined when it is not JSON: then it may be a flavor in another form. */
function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    if (text.trim() !== '') return undefined;
    throw new QuotaError('invalid-input', file, `'${file}' is empty: flavors are expected`);
  }
}
