import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { SchemaName } from '../../src/schema/schemas.ts';

const folder = join(import.meta.dirname, '../../schemas');

/** What the file of a schema has against a value, read as any reader of JSON Schema would; empty: nothing. */
export function problems(name: SchemaName, value: unknown): readonly string[] {
  const file = JSON.parse(readFileSync(join(folder, `${name}.schema.json`), 'utf8'));
  const result = z.fromJSONSchema(file).safeParse(value);
  return result.success ? [] : result.error.issues.map(issue => `${issue.path.join('.')}: ${issue.message}`);
}
