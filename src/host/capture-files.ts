import type { z } from 'zod';
import { QuotaError } from '../errors.ts';
import type { CaptureSource } from './capture-source.ts';

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
