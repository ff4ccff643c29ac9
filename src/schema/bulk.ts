import * as z from 'zod';
import { diagnosticCode } from './diagnostics.ts';
import { extraSpecs } from './extra-specs.ts';
import { list } from './shapes.ts';

const id = z.union([z.string(), z.int()]);

/** One line that `translate --jsonl` reads. */
export const bulkRequest = z.looseObject({
  id,
  extra_specs: extraSpecs,
  vcpus: z.int().min(1).nullish().describe('vCPUs'),
  qos_specs: z.record(z.string(), z.union([z.string(), z.number(), z.null()])).nullish(),
  volume_size_gb: z.int().min(0).nullish().describe('GiB, for the keys that are per GiB'),
  consumer: z.enum(['front-end', 'back-end', 'both']).nullish().describe('absent: front-end'),
});

const finding = z.strictObject({
  severity: z.enum(['error', 'warning', 'info']),
  code: diagnosticCode,
  path: z.string(),
  message: z.string(),
});

const fragment = z.string().nullable().describe('as Nova writes it; null: nothing');

/** One line that `translate --jsonl` writes. */
export const bulkResult = z.strictObject({
  id: id.nullable().describe('null: the line had none, or could not be read'),
  cputune: fragment,
  iotune: fragment,
  bandwidth: fragment,
  volume_iotune: fragment,
  diagnostics: list(finding),
});
