import * as z from 'zod';
import { certainties } from '../effective/certainty.ts';
import type { Claim, Effective, Limited, Owner, Standing } from '../effective/claim.ts';
import type { EffectiveReport } from '../report/effective-report.ts';
import { device, list } from './shapes.ts';

const owner = z.enum([
  'libvirt',
  'virt-quota',
  'neutron',
  'midonet',
  'os-vif',
  'unknown',
]) satisfies z.ZodType<Owner>;
const standing = z.enum([
  'binds',
  'looser',
  'partial',
  'shadowed',
  'not-in-force',
  'unseen',
]) satisfies z.ZodType<Standing>;
const limited = z.enum([
  'inbound',
  'outbound',
  'inbound packets',
  'outbound packets',
  'read bytes',
  'write bytes',
  'read requests',
  'write requests',
  'cpu',
]) satisfies z.ZodType<Limited>;

const claim = z
  .strictObject({
    owner,
    at: z.string().describe('where it is'),
    value: z
      .number()
      .exactOptional()
      .describe('absent: it limits nothing, or (unseen) it is not known how much'),
    standing,
    why: z.string().exactOptional(),
  })
  .meta({ id: 'claim' }) satisfies z.ZodType<Claim>;

const effective = z
  .strictObject({
    device,
    limited,
    unit: z.enum(['B/s', 'packets/s', 'requests/s', 'CPUs']),
    asked: z.strictObject({ value: z.number(), because: z.string() }).exactOptional(),
    certainty: z
      .enum(certainties)
      .describe(
        'exact: binds counts; at-most: it may be less; partial: only some of it is limited; none: nothing limits it; unknown: it could not be told',
      ),
    binds: claim.exactOptional().describe('there with exact and at-most'),
    sharedWith: list(z.string())
      .exactOptional()
      .describe('devices that binds is for together with this one: disks of one throttle group'),
    unseen: list(z.strictObject({ at: z.string(), why: z.string() }))
      .exactOptional()
      .describe('there with at-most and unknown: what on the way could not be read or is not understood'),
    claims: list(claim).describe('in the order in which they are met'),
  })
  .meta({ id: 'effective' }) satisfies z.ZodType<Effective>;

/** What `effective -f json` prints. */
export const effectiveReport = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal('effective'),
  domain: z.strictObject({ name: z.string(), uuid: z.string() }),
  effective: list(effective),
  contests: list(
    z.strictObject({
      device,
      limited,
      owners: list(owner),
      loses: claim.exactOptional().describe('one that is not in force, or decided away'),
    }),
  ),
}) satisfies z.ZodType<EffectiveReport>;
