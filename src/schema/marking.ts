import * as z from 'zod';
import type { Marking } from '../intent/marking.ts';
import type { IpFamily } from '../intent/prefix.ts';
import { diagnostics } from './diagnostics.ts';
import { list, texts } from './shapes.ts';

const family = z.enum(['ipv4', 'ipv6']) satisfies z.ZodType<IpFamily>;

const marking = z.strictObject({
  name: z.string(),
  dscp: z.int().min(0).max(63),
  direction: z.enum(['egress', 'ingress']).describe('to the destinations, or coming from them'),
  families: list(family),
  destinations: list(z.strictObject({ family, address: z.string(), length: z.int() })).describe('none: any'),
  protocols: list(z.enum(['tcp', 'udp', 'sctp'])).describe('none: any'),
  ports: list(z.strictObject({ from: z.int(), to: z.int() })).describe('none: any'),
  podLabels: texts,
  namespace: z.string(),
  dscpName: z.string().describe('EF, AF31; its number where it has no name'),
  tos: z.int().describe('the whole byte: DSCP << 2'),
}) satisfies z.ZodType<Marking>;

/** What `dscp -f json` prints. */
export const markingOutput = z.strictObject({
  schemaVersion: z.literal(1),
  marking,
  targets: list(
    z.strictObject({
      name: z.string(),
      text: z.string().describe('configuration in its words'),
      use: z.string().describe('the command that takes it'),
      diagnostics,
    }),
  ),
});
