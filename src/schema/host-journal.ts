import * as z from 'zod';
import { fingerprint } from './plan.ts';

const step = z.object({ name: z.string(), forward: z.array(z.unknown()), undo: z.array(z.unknown()) });

/** What a change of the host writes down before its first write. Operations are their kind's; the seal keeps them whole. */
export const hostJournal = z.object({
  startedAt: z.string(),
  plan: z.looseObject({
    schemaVersion: z.literal(1),
    kind: z.string().min(1),
    subject: z.string().min(1),
    steps: z.array(step),
  }),
  fingerprint,
});
