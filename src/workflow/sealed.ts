import { createHash } from 'node:crypto';
import type { z } from 'zod';

/** Something that was saved, with what shows whether it is still what was made. */
export type Sealed<T> = T & {
  /** SHA-256 of everything else, in hex. */
  readonly fingerprint: string;
};

/** Makes something ready for saving. */
export function seal<T extends object>(content: T): Sealed<T> {
  return { ...content, fingerprint: fingerprintOf(content) };
}

/**
 * Reads what was sealed and saved as JSON.
 *
 * @param what it should be, for the problem
 * @returns it as it stands there; or what is wrong with the text, to be said after its name
 */
export function readSealed<T>(
  text: string,
  { schema, what }: { readonly schema: z.ZodType<T>; readonly what: string },
): { readonly content: T } | { readonly problem: string } {
  if (isDeep(text)) return { problem: `is nested deeper than ${MAX_DEPTH} levels` };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { problem: `is not JSON: ${(error as Error).message}` };
  }
  const shape = schema.safeParse(json);
  if (!shape.success) {
    const issue = shape.error.issues[0];
    const where = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`;
    return { problem: `is not ${what}${where}: ${issue?.message ?? 'unknown'}` };
  }
  const { fingerprint, ...content } = json as Sealed<object>;
  if (fingerprint !== fingerprintOf(content)) {
    return { problem: 'was changed after it was made: its fingerprint does not fit' };
  }
  return { content: json as T };
}

/** What is deeper than this was not made here, and would be too much for whoever walks through it. */
const MAX_DEPTH = 64;

/** Whether brackets outside of strings are nested too deeply. */
function isDeep(text: string): boolean {
  let depth = 0;
  for (const [mark] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (mark === '[' || mark === '{') depth += 1;
    else if (mark === ']' || mark === '}') depth -= 1;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

/** The same for the same content, in whatever order its keys are. */
function fingerprintOf(content: object): string {
  const sorted = JSON.stringify(content, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(sorted).digest('hex');
}
