import { lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { QuotaError } from '../errors.ts';

const MAX_FILE_BYTES = 32 * 1024 ** 2;
const MAX_FILES = 100_000;

/** Makes a folder; what is there already is not mixed with. @throws QuotaError `invalid-input` when it is not empty */
export async function makeEmptyFolder(folder: string): Promise<void> {
  await usable(folder, async () => {
    await mkdir(folder, { recursive: true });
    if ((await readdir(folder)).length > 0) throw refused(folder, `'${folder}' is not empty`);
  });
}

/** Writes a value as indented JSON. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  await usable(file, () => writeFile(file, `${JSON.stringify(value, null, 2)}\n`));
}

/** Reads JSON of a known shape. @throws QuotaError `invalid-input` */
export async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  const text = await readText(file);
  const parsed = schema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refused(file, `'${file}' is not part of a capture: ${issue?.path.join('.')}: ${issue?.message}`);
}

/** Reads a regular file. @throws QuotaError `invalid-input` when it is a link, too large, or not there */
export async function readText(file: string): Promise<string> {
  return usable(file, async () => {
    const status = await lstat(file);
    if (!status.isFile()) throw refused(file, `'${file}' is not a regular file`);
    if (status.size > MAX_FILE_BYTES) throw refused(file, `'${file}' is larger than ${MAX_FILE_BYTES} bytes`);
    return readFile(file, 'utf8');
  });
}

/** All regular files below a folder, by path from it, sorted. @throws QuotaError when there is a link among them */
export async function listFiles(folder: string): Promise<readonly string[]> {
  const files: string[] = [];
  const waiting = [''];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    const inside = place;
    const entries = await usable(folder, () => readdir(join(folder, inside), { withFileTypes: true }));
    for (const entry of entries) {
      const path = inside === '' ? entry.name : `${inside}/${entry.name}`;
      if (entry.isDirectory()) waiting.push(path);
      else if (entry.isFile()) files.push(path);
      else throw refused(folder, `'${join(folder, path)}' is neither a file nor a folder`);
      if (files.length + waiting.length > MAX_FILES) throw refused(folder, `'${folder}' has too many files`);
    }
  }
  return files.sort();
}

/** Does something with files; what the system refuses becomes a QuotaError. */
export async function usable<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof QuotaError || !(error instanceof Error) || !('code' in error)) throw error;
    throw refused(file, `'${file}' cannot be used as a capture: ${String(error.code)}`, error);
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refused(file: string, message: string, cause?: Error): QuotaError {
  return new QuotaError('invalid-input', file, message, { cause });
}
