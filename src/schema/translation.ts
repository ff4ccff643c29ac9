import * as z from 'zod';
import type { Fragments } from '../domain/fragments.ts';
import { diagnostics } from './diagnostics.ts';
import { domainTuning, list } from './shapes.ts';

const element = z.string().exactOptional().describe('XML; left out when there is nothing in it');

const fragments = {
  cputune: element,
  iotune: element,
  bandwidth: element,
  memtune: element,
  blkiotune: element,
} as const satisfies Readonly<Record<keyof Fragments, z.ZodType>>;

const alone = z.strictObject({
  schemaVersion: z.literal(1),
  ...fragments,
  volumes: list(z.strictObject({ volume: z.string(), iotune: z.string().describe('XML') })).exactOptional(),
  diagnostics,
});

const intoDomain = z.strictObject({
  schemaVersion: z.literal(1),
  domain: z.string().describe('its name'),
  tuning: domainTuning,
  diagnostics,
});

/** What `translate -f json` prints, without and with a domain. */
export const translation = z.union([alone, intoDomain]);
