import * as z from 'zod';
import { fieldOf } from '../domain/fields.ts';
import { ioTuneParameters } from '../domain/iotune.ts';
import { rangeText } from './shapes.ts';

const number = z.union([z.int().min(0), z.string().regex(/^$|^\s*\+?[0-9]+\s*$/)]);

const limits = ioTuneParameters.map(parameter => [parameter, described(parameter)] as const);

const bases = ioTuneParameters.filter(
  parameter => parameter.endsWith('_sec') && parameter !== 'size_iops_sec',
);

const perGib = bases.flatMap(base => [
  [`${base}_per_gb`, number.optional().describe(`${unitOf(base)} for each GiB of the volume`)] as const,
  [`${base}_per_gb_min`, number.optional().describe(`${unitOf(base)}, at least`)] as const,
]);

/** Limits as Cinder keeps them; keys of storage back ends are anybody's. */
const specs = z
  .object({ ...Object.fromEntries(limits), ...Object.fromEntries(perGib), group_name: z.string().optional() })
  .catchall(z.union([z.string(), z.number(), z.null()]))
  .meta({ id: 'volume-specs' });

const consumer = z
  .enum(['front-end', 'back-end', 'both'])
  .optional()
  .describe('who enforces it: front-end is the hypervisor; absent: back-end, as in Cinder');

const api = z.looseObject({ consumer, specs });

const client = z.looseObject({ consumer, properties: z.union([specs, z.string()]) });

/** The JSON forms in which a volume type's QoS is read: the API's answer, the inner object, the client's. */
export const volumeQos = z.union([z.looseObject({ qos_specs: api }), api, client]);

function described(parameter: (typeof ioTuneParameters)[number]): z.ZodType {
  const field = fieldOf(parameter);
  return number
    .optional()
    .describe(field === undefined ? '' : `${rangeText({ ...field, min: 1 })}; 0: no limit`);
}

function unitOf(parameter: (typeof ioTuneParameters)[number]): string {
  return fieldOf(parameter)?.unit ?? '';
}
