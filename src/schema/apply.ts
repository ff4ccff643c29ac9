import * as z from 'zod';
import type { ApplyResult, StepResult } from '../plan/apply-result.ts';
import { plan, step } from './plan.ts';
import { list } from './shapes.ts';
import { verdict } from './verdict.ts';

const stepResult = z
  .strictObject({
    step,
    status: z.enum(['done', 'undone', 'not-undone', 'gone', 'not-tried']),
    error: z.string().exactOptional(),
  })
  .meta({ id: 'step-result' }) satisfies z.ZodType<StepResult>;

/** What `apply -f json` prints. */
export const apply = z.strictObject({
  schemaVersion: z.literal(1),
  outcome: z.enum(['refused', 'unchanged', 'applied', 'rolled-back', 'rollback-failed']),
  plan,
  steps: list(stepResult),
  verdicts: list(verdict).describe('how the layers stand at the end'),
  failure: z.string().exactOptional().describe('why it was rolled back'),
  left: list(z.string()).exactOptional().describe('knobs that are not as before'),
}) satisfies z.ZodType<ApplyResult>;
