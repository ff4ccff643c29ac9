import * as z from 'zod';
import type { VerifyReport } from '../report/verify-report.ts';
import { limitCounts } from './audit.ts';
import { diagnostics } from './diagnostics.ts';
import { list, scope } from './shapes.ts';
import { verdict } from './verdict.ts';

const count = z.int().min(0);

/** How many verdicts there are of each kind. */
export const counts = z.strictObject({
  pass: count,
  fail: count,
  inconclusive: count,
  'not-applicable': count,
});

/** What `verify -f json` prints. */
export const report = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal('verify'),
  domain: z.strictObject({ name: z.string(), uuid: z.string(), active: z.boolean() }),
  scopes: list(scope),
  summary: counts.describe('links'),
  limits: limitCounts.describe('limits, as an audit counts them'),
  verdicts: list(verdict),
  nextStart: list(verdict)
    .exactOptional()
    .describe('of the persistent definition, where scopes has it not: what is lost at the next start'),
  diagnostics,
}) satisfies z.ZodType<VerifyReport>;
