import type { core, ZodType } from 'zod';
import { QuotaError } from '../errors.ts';

/** What has a shape, as it stands. @param at where it is, for the message @throws QuotaError `invalid-input` */
export function checked<T>(
  schema: ZodType<T>,
  value: unknown,
  name: string,
  at: readonly (string | number)[] = [],
): T {
  const shape = schema.safeParse(value);
  // As it stands in the file: a parsed one has its members in another order.
  if (shape.success) return value as T;
  const { path, message } = deepest(shape.error.issues) ?? { path: [], message: 'unknown' };
  const whole = [...at, ...path];
  const where = whole.length === 0 ? '' : ` at ${whole.join('.')}`;
  throw invalid(name, `it is not an audit of this version${where}: ${message}`);
}

type Issue = Pick<core.$ZodIssue, 'path' | 'message'>;

/** Of a choice between shapes, what is wrong with the one that fits best. */
function deepest(issues: readonly core.$ZodIssue[]): Issue | undefined {
  const all = issues.flatMap((issue): readonly Issue[] => {
    if (issue.code !== 'invalid_union') return [issue];
    const inner = issue.errors.flatMap(choice => deepest(choice) ?? []);
    return inner.map(one => ({ ...one, path: [...issue.path, ...one.path] }));
  });
  return all.reduce<Issue | undefined>(
    (best, one) => (best === undefined || one.path.length > best.path.length ? one : best),
    undefined,
  );
}

/** Each that is not as it should be would become a problem: 16 MiB of a real audit have fewer. */
const MAX_VALUES = 500_000;

/** undefined: it is not JSON. @throws QuotaError `invalid-input`: it has too many values */
export function parsed(text: string, name: string): unknown {
  for (let at = text.indexOf(','), count = 0; at >= 0; at = text.indexOf(',', at + 1)) {
    count += 1;
    if (count > MAX_VALUES) throw invalid(name, 'a part of it has too many values');
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Why something is no saved audit. */
export function invalid(name: string, why: string): QuotaError {
  return new QuotaError('invalid-input', name, `cannot take '${name}' for a saved audit: ${why}`);
}
