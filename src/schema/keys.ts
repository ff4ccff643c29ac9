import * as z from 'zod';
import { limitName, list } from './shapes.ts';

const enforcer = z.strictObject({
  layer: z.enum(['nova', 'libvirt', 'cgroup', 'qemu', 'tc', 'ovs', 'openflow']),
  knobs: list(z.string()),
});

const range = z.strictObject({
  unit: z.string().describe('empty for a weight'),
  min: z.int(),
  max: z.int(),
  where: z.string().describe('on which hosts; empty: on all'),
});

/** A row of the catalogue. */
export const keyRow = z.strictObject({
  key: z.string(),
  readBy: z.enum(['libvirt', 'vmware', 'virt-quota']),
  unit: z.string().describe('empty for a weight, or for words'),
  api: z
    .strictObject({ min: z.int().exactOptional(), words: list(z.string()).exactOptional() })
    .describe("what Nova's API takes since microversion 2.86"),
  ranges: list(range).describe('what limits something'),
  lifted: z.enum(['zero', 'zero-or-negative']).exactOptional().describe('what says "no limit" besides'),
  parameter: limitName.exactOptional(),
  element: z.string().exactOptional().describe("where it stands in the domain's XML"),
  enforcedBy: list(enforcer),
  source: z.string().describe('upstream file and function that reads it'),
});

/** What `keys -f json` prints. */
export const keys = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal('keys'),
  keys: list(keyRow),
});
