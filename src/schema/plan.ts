import * as z from 'zod';
import type { IntentRecord } from '../domain/intent-record.ts';
import type { Change } from '../plan/change.ts';
import type { Observed } from '../plan/observed.ts';
import type { RecordChange, Step, TuningPlan } from '../plan/plan.ts';
import { diagnostics } from './diagnostics.ts';
import {
  device,
  domainTuning,
  knobMembers,
  knobValues,
  limitName,
  limits,
  list,
  scope,
  texts,
} from './shapes.ts';

const value = z.union([z.number(), z.string()]);

const change = z
  .strictObject({
    parameter: limitName,
    before: value.exactOptional().describe('absent: not set'),
    after: value.exactOptional().describe('absent: taken away'),
    because: z.string().exactOptional().describe('the key that asked for it'),
    reason: z
      .enum(['definition', 'enforcer'])
      .describe('libvirt has another value; or it has this one and a knob does not hold it'),
    knob: z.string().exactOptional().describe('the knob that does not hold it'),
  })
  .meta({ id: 'change' }) satisfies z.ZodType<Change>;

/** All that is written to one device in one definition. */
export const step = z
  .strictObject({
    scope,
    device,
    before: limits,
    after: limits,
    changes: list(change),
    enforcer: z.enum(['tap', 'macvtap', 'ovs', 'ovs-native', 'none']).exactOptional(),
    dev: z
      .string()
      .exactOptional()
      .describe(
        "the interface's device on the host, where Open vSwitch is written to without libvirt or others have its MAC",
      ),
    policer: z
      .strictObject({
        dev: z.string(),
        left: z
          .strictObject({ rateBps: z.number(), burstBytes: z.number() })
          .exactOptional()
          .describe('what is there already, of which libvirt knows nothing'),
      })
      .exactOptional()
      .describe('the device on which libvirt may leave its policer: taken away with tc where it does'),
  })
  .meta({ id: 'step' }) satisfies z.ZodType<Step>;

const record = z
  .strictObject({
    flavor: z.string().exactOptional(),
    flavorId: z.string().exactOptional(),
    at: z.string().describe('UTC: 2026-11-20T17:00:00Z'),
    asked: texts,
  })
  .meta({ id: 'intent-record' }) satisfies z.ZodType<IntentRecord>;

const recordChange = z
  .strictObject({ scope, before: record.exactOptional(), after: record })
  .meta({ id: 'record-change' }) satisfies z.ZodType<RecordChange>;

const observed = z
  .strictObject({
    devices: z.strictObject({
      live: list(z.string()).exactOptional(),
      config: list(z.string()).exactOptional(),
    }),
    knobs: list(
      z.strictObject({
        ...knobMembers,
        values: knobValues.exactOptional(),
        unreadable: z.string().exactOptional().describe('why it could not be seen'),
      }),
    ),
  })
  .meta({ id: 'observed' }) satisfies z.ZodType<Observed>;

const members = {
  schemaVersion: z.literal(1),
  domain: z.strictObject({
    name: z.string(),
    uuid: z.string(),
    id: z.int().exactOptional().describe('of this run of the domain; absent when it does not run'),
  }),
  scopes: list(scope),
  tuning: z.strictObject({ live: domainTuning.exactOptional(), config: domainTuning.exactOptional() }),
  ovsNative: z
    .literal(true)
    .exactOptional()
    .describe("ethernet taps that are Open vSwitch ports are limited in Open vSwitch's database"),
  steps: list(step).describe('in the order in which they are carried out'),
  records: list(recordChange),
  observed,
  diagnostics,
} as const;

const uri = z.string().describe("libvirt's, as it was connected to");
export const fingerprint = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('SHA-256 of everything else');

/** What `plan -f json` prints and `--out` saves. */
export const plan = z.strictObject({ ...members, uri, fingerprint }) satisfies z.ZodType<TuningPlan>;

/** A plan in the result of an apply, which may have come from a file. */
export const carriedOutPlan = z
  .strictObject({ ...members, uri: uri.exactOptional(), fingerprint: fingerprint.exactOptional() })
  .meta({ id: 'plan' }) satisfies z.ZodType<TuningPlan>;
