import * as z from 'zod';
import { limitFields } from '../domain/fields.ts';
import type {
  DeviceRef,
  DeviceTuning,
  DomainTuning,
  LimitName,
  Limits,
  Parameter,
} from '../domain/tuning.ts';
import type { Scope } from '../ports/hypervisor.ts';
import type { Range } from '../ranges.ts';
import type { Knob, KnobValues } from '../verify/expectation.ts';

/** A list of anything, as our types have it: not to be written to. */
export function list<T>(item: z.ZodType<T>): z.ZodType<readonly T[]> {
  return z.array(item);
}

/** Text by name, for names that are not a closed set. */
export const texts = z.record(z.string(), z.string());

/** A name out of a closed set that is data, not types. */
export function oneOf<T extends string>(names: readonly T[]): z.ZodType<T> {
  return z.enum(names as [T, ...T[]]);
}

/** What a whole number may be, with its unit and range in words. */
export function rangeText({ unit, min, max }: Range): string {
  const top = max === Number.MAX_SAFE_INTEGER ? ' or more' : `–${max}`;
  return `${unit === '' ? 'weight' : unit}, ${min}${top}`;
}

/** Which of libvirt's two definitions. */
export const scope = z.enum(['live', 'config']) satisfies z.ZodType<Scope>;

/** What a limit is put on. */
export const device = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('cpu') }),
    z.strictObject({ kind: z.literal('memory') }),
    z.strictObject({ kind: z.literal('blkio') }),
    z.strictObject({ kind: z.literal('host-device'), path: z.string().describe('on the host: /dev/sda') }),
    z.strictObject({ kind: z.literal('disk'), target: z.string().describe('as libvirt names it: vda') }),
    z.strictObject({
      kind: z.literal('interface'),
      mac: z.string(),
      id: z
        .string()
        .exactOptional()
        .describe('what tells it from another interface of the domain with the same MAC: vnet1'),
    }),
  ])
  .meta({ id: 'device' }) satisfies z.ZodType<DeviceRef>;

/** A limit that is a number, by the name of libvirt's typed parameter. */
export const parameter: z.ZodType<Parameter> = oneOf(limitFields.map(field => field.parameter));

/** A limit by the name of libvirt's typed parameter. */
export const limitName: z.ZodType<LimitName> = oneOf<LimitName>([
  ...limitFields.map(field => field.parameter),
  'group_name',
]);

/** Of 64 bits, as a definition may have it: beyond 2^53 it is the nearest number. */
const anyInteger = z.number().multipleOf(1).meta({ type: 'integer' });

const limitShapes = limitFields.map(
  field => [field.parameter, anyInteger.exactOptional().describe(unitText(field.unit))] as const,
);

/** Limits of one device; every name is one of libvirt's fields. */
export const limits = z
  .strictObject({
    ...Object.fromEntries(limitShapes),
    group_name: z.string().exactOptional().describe('disks of one name share their limits'),
  })
  .meta({ id: 'limits' }) as z.ZodType<Limits>;

function unitText(unit: string): string {
  return unit === '' ? 'weight, no unit' : unit;
}

const deviceTuning = z
  .strictObject({
    device,
    limits,
    because: texts.describe('which key asked for a limit'),
  })
  .meta({ id: 'device-tuning' }) satisfies z.ZodType<DeviceTuning>;

/** What a whole domain shall have. */
export const domainTuning: z.ZodType<DomainTuning> = list(deviceTuning);

const knobShape = {
  layer: z.enum(['config', 'live', 'cgroup', 'qemu', 'tc', 'ovs', 'openflow']),
  subject: z.string().describe('the thing that has the knob: vcpu0, vda, tap0'),
  knob: z.string().describe('its own name: cpu.max, class htb 1:1'),
} as const;

/** One knob of one thing at one layer. */
export const knob = z.strictObject(knobShape).meta({ id: 'knob' }) satisfies z.ZodType<Knob>;

/** The members of a knob, for what has more. */
export const knobMembers = knobShape;

/** Named numbers (or words) that a knob holds. */
export const knobValues = z
  .record(z.string(), z.union([z.number(), z.string()]))
  .describe('in the unit of the knob: Bps is bytes/s, quota and period are µs')
  .meta({ id: 'knob-values' }) satisfies z.ZodType<KnobValues>;
