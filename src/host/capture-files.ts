import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { z } from 'zod';
import { QuotaError } from '../errors.ts';
import type { CaptureSource } from './capture-source.ts';

/** Makes a folder; what is there already is not mixed with. @throws QuotaError `invalid-input` when it is not empty */
export async function makeEmptyFolder(folder: string): Promise<void> {
  await usable(folder, async () => {
    await mkdir(folder, { recursive: true });
    if ((await readdir(folder)).length > 0) throw refused(folder, `'${folder}' is not empty`);
  });
}

/** Writes a file, and the folders that it needs. @throws QuotaError `invalid-input` */
export async function writeText(file: string, text: string): Promise<void> {
  await usable(file, () =>
    writeFile(file, text).catch(async error => {
      if (error.code !== 'ENOENT') throw error;
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }),
  );
}

/** Writes a value as indented JSON. @throws QuotaError `invalid-input` */
export function writeJson(file: string, value: unknown): Promise<void> {
  return writeText(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** Reads JSON of a known shape; undefined: there is no such part. @throws QuotaError `invalid-input` */
export function readJson<T>(source: CaptureSource, path: string, schema: z.ZodType<T>): T | undefined {
  const text = source.read(path);
  if (text === undefined) return undefined;
  const parsed = schema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const what = `'${path}' of '${source.name}' is not part of a capture`;
  throw refused(source.name, `${what}: ${issue?.path.join('.')}: ${issue?.message}`);
}

/** The same of a part that every capture has. @throws QuotaError `invalid-input` */
export function readRequired<T>(source: CaptureSource, path: string, schema: z.ZodType<T>): T {
  const value = readJson(source, path, schema);
  if (value !== undefined) return value;
  throw refused(source.name, `'${source.name}' is not a capture: it has no '${path}'`);
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
