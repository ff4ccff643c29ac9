import * as z from 'zod';
import type { HtbLeaf, HtbNode, HtbTree } from '../backend/htb-tree.ts';
import type { HostProfile } from '../intent/host-profile.ts';
import type { ProfileClass } from '../intent/profile-class.ts';
import { diagnostics } from './diagnostics.ts';
import { list } from './shapes.ts';

const profileClass = z
  .strictObject({
    name: z.string(),
    priority: z.int().min(0).max(7).describe('lowest first; 0 is the priority class'),
    dscp: list(z.int().min(0).max(63)),
    protocols: list(z.string()).describe('for the ports: tcp, udp, sctp'),
    ports: list(z.strictObject({ from: z.int(), to: z.int() })).describe(
      'destination ports, both ends included',
    ),
    guaranteeBits: z.int().describe('bit/s'),
    ceilingBits: z.int().describe('bit/s'),
    leaf: z.enum(['sfq', 'fq_codel']),
    isDefault: z.boolean().describe('takes what no other class takes'),
  })
  .meta({ id: 'profile-class' }) satisfies z.ZodType<ProfileClass>;

const profile = z.strictObject({
  uplink: z.string(),
  rateBits: z.int().describe('bit/s'),
  burstMs: z.int().describe('how long a class saves up, in ms at its rate'),
  classes: list(profileClass),
}) satisfies z.ZodType<HostProfile>;

const node = {
  classid: z.string().describe('hexadecimal, as tc writes it'),
  rateBps: z.int().describe('B/s'),
  ceilBps: z.int().describe('B/s'),
  burstBytes: z.int(),
  cburstBytes: z.int(),
} as const;

const link = z.strictObject(node) satisfies z.ZodType<HtbNode>;

const leaf = z.strictObject({
  ...node,
  of: profileClass,
  quantum: z.int().describe('bytes'),
  handle: z.string().describe('of its own qdisc'),
}) satisfies z.ZodType<HtbLeaf>;

const tree = z.strictObject({
  uplink: z.string(),
  link,
  leaves: list(leaf),
  defaultClassid: z.string(),
}) satisfies z.ZodType<HtbTree>;

/** What `profile show -f json` prints. */
export const hostProfile = z.strictObject({
  schemaVersion: z.literal(1),
  profile,
  tree,
  tc: list(list(z.string())).describe('lines for tc -batch, as their words'),
  diagnostics,
});
