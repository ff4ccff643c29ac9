import * as z from 'zod';
import type { HostChange } from '../plan/host-plan.ts';
import type { HostStepResult } from '../plan/host-result.ts';
import type { HostReport } from '../report/host-report.ts';
import { diagnostics } from './diagnostics.ts';
import { counts } from './report.ts';
import { knobValues, list } from './shapes.ts';
import { hostVerdict } from './verdict.ts';

const change = z.strictObject({
  knob: z.string().describe('layer, thing and its own name for it'),
  before: knobValues.exactOptional().describe('absent: it was not there'),
  after: knobValues.exactOptional().describe('absent: it has to go'),
  because: list(z.string()).describe('the rules that ask for it'),
}) satisfies z.ZodType<HostChange>;

const step = z.strictObject({
  name: z.string(),
  status: z.enum(['done', 'undone', 'not-undone', 'not-tried']),
  error: z.string().exactOptional(),
}) satisfies z.ZodType<HostStepResult>;

/** What is printed of something that was changed or looked at on the host itself. */
export const hostChange = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.string(),
  subject: z.string(),
  outcome: z.enum([
    'refused',
    'planned',
    'verified',
    'unchanged',
    'applied',
    'rolled-back',
    'rollback-failed',
  ]),
  changes: list(change),
  steps: list(step),
  summary: counts,
  verdicts: list(hostVerdict).describe('how the knobs stand at the end'),
  failure: z.string().exactOptional().describe('why it was rolled back'),
  left: list(z.string()).exactOptional().describe('knobs that are not as before'),
  diagnostics,
}) satisfies z.ZodType<HostReport>;
