import * as z from 'zod';
import type { Demand, Expectation } from '../verify/expectation.ts';
import type { Evidence } from '../verify/reading.ts';
import type { Outcome, Verdict } from '../verify/verdict.ts';
import { device, knob, knobMembers, knobValues, limitName, list } from './shapes.ts';

/** Where and what was read. */
export const evidence = z.strictObject({
  source: z.string().describe('file, command or call'),
  text: z.string(),
}) satisfies z.ZodType<Evidence>;

/** How far what is observed may be off. */
export const tolerance = z
  .strictObject({ values: z.record(z.string(), z.number()), reason: z.string() })
  .describe('largest difference allowed') satisfies z.ZodType<Demand['tolerance']>;

const demanded = {
  because: list(z.string()).describe('the keys that asked for it'),
  expected: knobValues.exactOptional().describe('absent: the knob must not be there'),
  tolerance: tolerance.exactOptional(),
  follows: list(knob).exactOptional().describe('the knobs that it takes its value from'),
  impossible: z.string().exactOptional().describe('why nothing can enforce it'),
} as const;

const expectation = z
  .strictObject({ ...knobMembers, device, parameters: list(limitName), ...demanded })
  .meta({ id: 'expectation' }) satisfies z.ZodType<Expectation>;

const demand = z
  .strictObject({ ...knobMembers, ...demanded })
  .meta({ id: 'demand' }) satisfies z.ZodType<Demand>;

/** How a judgement comes out. */
export const outcome = z.enum([
  'pass',
  'fail',
  'inconclusive',
  'not-applicable',
]) satisfies z.ZodType<Outcome>;

const judged = {
  outcome,
  reason: z
    .enum([
      'missing',
      'idle',
      'stricter',
      'unproved',
      'unexpected',
      'different',
      'no-enforcement-point',
      'unreadable',
      'no-guests',
      'follows',
    ])
    .exactOptional(),
  differs: list(z.string()).exactOptional().describe('names of the values that differ'),
  observed: knobValues.exactOptional(),
  detail: z.string().exactOptional(),
  evidence: evidence.exactOptional(),
} as const;

/** The judgement on one knob. */
export const verdict = z
  .strictObject({ expectation, ...judged })
  .meta({ id: 'verdict' }) satisfies z.ZodType<Verdict>;

/** The judgement on one knob of the host itself. */
export const hostVerdict = z
  .strictObject({ expectation: demand, ...judged })
  .meta({ id: 'host-verdict' }) satisfies z.ZodType<Verdict<Demand>>;
