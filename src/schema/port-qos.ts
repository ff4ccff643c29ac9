import * as z from 'zod';
import {
  largestPortQosNumber,
  neutronDscpMarks,
  type PortQosRuleType,
  portQosRules,
} from '../intent/port-qos-rule.ts';

const whole = z.union([z.int().min(0).max(largestPortQosNumber), z.string().regex(/^\s*[0-9]+\s*$/)]);

const types = Object.keys(portQosRules) as readonly PortQosRuleType[];

/** The members of a rule of one type. */
function membersOf(type: PortQosRuleType): Readonly<Record<string, z.ZodType>> {
  const { value, burst, directions, unit } = portQosRules[type];
  const number = type === 'dscp_marking' ? z.literal([...neutronDscpMarks]) : whole;
  return {
    [value]: number.describe(type === 'dscp_marking' ? 'code point' : unit),
    ...(burst !== undefined && {
      [burst]: whole.nullish().describe(`${unit.replace('/s', '')}, not a rate`),
    }),
    ...(directions.length > 0 && {
      direction: z
        .enum(directions as unknown as [string, ...string[]])
        .optional()
        .describe('as the machine sees it'),
    }),
  };
}

/** A rule that names its type. */
const typed = z.union(
  types.map(type =>
    z.looseObject({ type: z.literal(type), ...membersOf(type) }).meta({ id: `${type}-rule` }),
  ),
);

/** Rules under the name of their type, one or several. */
const named = types.flatMap(type => {
  const rule = z.looseObject(membersOf(type));
  return [z.looseObject({ [`${type}_rule`]: rule }), z.looseObject({ [`${type}_rules`]: z.array(rule) })];
});

const inner = z.looseObject({
  id: z.string().optional(),
  name: z.string().optional(),
  rules: z.array(typed),
});

/** The API's JSON forms in which a Neutron QoS policy is read: a policy, its rules, or one rule. */
export const portQos = z.union([z.looseObject({ policy: inner }), inner, z.array(typed), ...named]);
