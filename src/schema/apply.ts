import * as z from 'zod';
import type { StepResult } from '../plan/apply-result.ts';
import type { ChangeResult } from '../plan/change-results.ts';
import type { ApplyReport, ErrorReport } from '../report/apply-report.ts';
import { carriedOutPlan, step } from './plan.ts';
import { limitName, list, scope } from './shapes.ts';
import { outcome, verdict } from './verdict.ts';

const status = z.enum(['done', 'undone', 'not-undone', 'gone', 'not-tried']);
const value = z.union([z.number(), z.string()]);

const stepResult = z
  .strictObject({ step, status, error: z.string().exactOptional() })
  .meta({ id: 'step-result' }) satisfies z.ZodType<StepResult>;

const evidence = z.strictObject({
  knob: z.string(),
  outcome,
  source: z.string().exactOptional().describe('file, command or call'),
  text: z.string().exactOptional(),
});

const changeResult = z
  .strictObject({
    scope,
    device: z.string(),
    parameter: limitName,
    because: z.string().exactOptional(),
    before: value.exactOptional().describe('absent: not set'),
    after: value.exactOptional().describe('absent: the limit was to go'),
    status: z.enum([...status.options, 'unchanged']),
    evidence: list(evidence),
  })
  .meta({ id: 'change-result' }) satisfies z.ZodType<ChangeResult>;

/** An apply's result. */
export const applyReport = z
  .strictObject({
    schemaVersion: z.literal(1),
    domain: z.string(),
    outcome: z.enum(['refused', 'planned', 'unchanged', 'applied', 'rolled-back', 'rollback-failed']),
    plan: carriedOutPlan,
    steps: list(stepResult),
    verdicts: list(verdict).describe('how the layers stand at the end'),
    failure: z.string().exactOptional().describe('why it was rolled back'),
    left: list(z.string()).exactOptional().describe('knobs that are not as before'),
    changes: list(changeResult).describe('what became of each limit'),
  })
  .meta({ id: 'apply-report' }) satisfies z.ZodType<ApplyReport>;

/** What is said of a domain without a result. */
export const errorReport = z
  .strictObject({
    schemaVersion: z.literal(1),
    domain: z.string(),
    outcome: z.literal('error'),
    error: z.strictObject({ code: z.string(), message: z.string() }),
  })
  .meta({ id: 'error-report' }) satisfies z.ZodType<ErrorReport>;

const domains = z.strictObject({
  schemaVersion: z.literal(1),
  domains: list(z.union([applyReport, errorReport])),
});

/** What `apply` prints with `-f json` for one domain or many, and with `-f jsonl` on each line. */
export const apply = z.union([applyReport, errorReport, domains]);
