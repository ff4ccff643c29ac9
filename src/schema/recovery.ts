import * as z from 'zod';
import { list } from './shapes.ts';

const startedAt = z.iso.datetime().describe('when the change began');

const ofDomain = z.strictObject({
  schemaVersion: z.literal(1),
  domain: z.strictObject({ name: z.string(), uuid: z.string(), id: z.int().exactOptional() }),
  startedAt,
  uri: z.string().describe('of the libvirt that it was applied through'),
  devices: list(z.string()).describe('what was to be changed: cpu, disk vda'),
});

const ofHost = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.string().describe('port-qos, midonet, profile'),
  subject: z.string().describe('the port or interface'),
  startedAt,
  steps: list(z.string()),
});

/** A line of `recover --list -f json`: a change that has ended in the middle. */
export const recovery = z.union([ofDomain, ofHost]);
