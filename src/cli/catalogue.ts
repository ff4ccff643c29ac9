import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { QuotaError } from '../errors.ts';
import { type Flavor, parseFlavors } from '../intent/flavor.ts';
import { textForm } from '../intent/text-form.ts';
import { inputName, readerFor, readText } from './inputs.ts';
import { readFlavorFile } from './quota-input.ts';

const CATALOGUE_LIMIT = 64 * 1024 * 1024;

/** Flavors by name and by id. */
export type Catalogue = ReadonlyMap<string, Flavor>;

/**
 * Reads a catalogue: a folder with a flavor a file, or one file with flavors, as Nova lists them (`{"flavors": […]}`), as
 * `openstack flavor list --long` prints them, or in whatever form else there is of one flavor.
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
  const files = entries.filter(entry => entry.isFile() && /\.(?:json|ya?ml|txt|csv|tf)$/i.test(entry.name));
  const flavors: Flavor[] = [];
  for (const { name } of files) flavors.push(...(await readList(join(folder, name))));
  return flavors;
}

async function readList(file: string): Promise<readonly Flavor[]> {
  const text = await readText(file, CATALOGUE_LIMIT, 'flavors');
  if (textForm(text) === 'xml') return [(await readFlavorFile(file)).flavor];
  const options = { reader: await readerFor(text), limit: CATALOGUE_LIMIT };
  return parseFlavors(text, options, `'${inputName(file)}'`).map(one => one.flavor);
}
