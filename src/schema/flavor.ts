import * as z from 'zod';
import { extraSpecs } from './extra-specs.ts';

const identity = {
  name: z.string().optional(),
  id: z.union([z.string(), z.int()]).optional(),
  vcpus: z
    .union([z.int().min(1), z.string()])
    .optional()
    .describe('vCPUs'),
} as const;

const inner = z.looseObject({ ...identity, extra_specs: extraSpecs });

const client = z.looseObject({
  ...identity,
  properties: z.union([extraSpecs, z.string()]).describe("an object, or Pike's text: key='value', …"),
});

/** The JSON forms in which a flavor is read: the API's answer, the inner object, the client's, extra specs alone. */
export const flavor = z.union([z.looseObject({ flavor: inner }), inner, client, extraSpecs]);
