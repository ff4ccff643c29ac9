import * as z from 'zod';
import type { Diagnostic, DiagnosticCode } from '../diagnostics.ts';
import { list } from './shapes.ts';

/** A word of a set that grows from version to version, so that a schema does not name it. */
export const diagnosticCode = z
  .string()
  .regex(/^[a-z]+(-[a-z]+)*$/)
  .describe(
    'kebab-case: out-of-range, unknown-key; new ones may come',
  ) as unknown as z.ZodType<DiagnosticCode>;

/** One finding about input. */
export const diagnostic = z
  .strictObject({
    code: diagnosticCode,
    severity: z
      .enum(['error', 'warning', 'info'])
      .describe('error: nothing may be applied; warning: applied, but not what was meant'),
    path: z.string().describe('an extra spec, or a device and a parameter'),
    value: z.string().exactOptional().describe('the offending value, verbatim'),
    args: z
      .record(z.string(), z.union([z.string(), z.number()]))
      .exactOptional()
      .describe('range, unit, other key, reason'),
  })
  .meta({ id: 'diagnostic' }) satisfies z.ZodType<Diagnostic>;

/** All findings about an input. */
export const diagnostics: z.ZodType<readonly Diagnostic[]> = list(diagnostic);
