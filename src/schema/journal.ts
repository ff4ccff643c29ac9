import * as z from 'zod';
import { carriedOutPlan, fingerprint } from './plan.ts';

/** What an apply writes down before its first write. Only this program reads it, and may find it damaged. */
export const journal = z.strictObject({
  schemaVersion: z.literal(1),
  hypervisor: z.string().min(1),
  uri: z.string().min(1),
  startedAt: z.string(),
  plan: carriedOutPlan,
  fingerprint,
});
