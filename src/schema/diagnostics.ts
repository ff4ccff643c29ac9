import * as z from 'zod';
import type { Diagnostic } from '../diagnostics.ts';
import { diagnosticCodes } from '../report/diagnostic-text.ts';
import { list, oneOf } from './shapes.ts';

/** One finding about input. */
export const diagnostic = z
  .strictObject({
    code: oneOf(diagnosticCodes),
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
