import * as z from 'zod';
import { apply } from './apply.ts';
import { audit } from './audit.ts';
import { bulkRequest, bulkResult } from './bulk.ts';
import { diagnostics } from './diagnostics.ts';
import { effectiveReport } from './effective.ts';
import { flavor } from './flavor.ts';
import { hostChange } from './host-change.ts';
import { hostProfile } from './host-profile.ts';
import { keys } from './keys.ts';
import { markingOutput } from './marking.ts';
import { plan } from './plan.ts';
import { portQos } from './port-qos.ts';
import { portTranslation } from './port-translation.ts';
import { recovery } from './recovery.ts';
import { report } from './report.ts';
import { translation } from './translation.ts';
import { volumeQos } from './volume-qos.ts';

/** A shape of input or output with what it is for. */
export interface Schema {
  readonly title: string;
  readonly schema: z.ZodType;
}

/** Every shape that programs write for us or read from us, by the name of its file. */
export const schemas = {
  flavor: { title: 'A flavor, in the JSON forms in which it is read', schema: flavor },
  'volume-qos': { title: "A volume type's QoS, in the JSON forms in which it is read", schema: volumeQos },
  'port-qos': { title: "A Neutron QoS policy, in the API's JSON forms", schema: portQos },
  translation: { title: 'What translate -f json prints', schema: translation },
  plan: { title: 'What plan -f json prints and --out saves', schema: plan },
  report: { title: 'What verify -f json prints', schema: report },
  apply: { title: 'What apply -f json and -f jsonl print', schema: apply },
  audit: { title: 'What audit -f json prints, and audit -f jsonl on each line', schema: audit },
  effective: { title: 'What effective -f json prints', schema: effectiveReport },
  'host-change': {
    title: 'What plan, apply, verify and remove print with -f json for ports, MidoNet and host profiles',
    schema: hostChange,
  },
  'port-translation': { title: 'What port translate -f json prints', schema: portTranslation },
  profile: { title: 'What profile show -f json prints', schema: hostProfile },
  dscp: { title: 'What dscp -f json prints', schema: markingOutput },
  recovery: { title: 'A line that recover --list -f json prints', schema: recovery },
  keys: { title: 'What keys -f json prints', schema: keys },
  diagnostics: { title: 'Findings about input', schema: diagnostics },
  'bulk-request': { title: 'A line that translate --jsonl reads', schema: bulkRequest },
  'bulk-result': { title: 'A line that translate --jsonl writes', schema: bulkResult },
} as const satisfies Readonly<Record<string, Schema>>;

/** Name of a schema. */
export type SchemaName = keyof typeof schemas;

/** The JSON Schema (2020-12) of a shape, as text with a line end. */
export function jsonSchemaText(name: SchemaName): string {
  const { title, schema } = schemas[name];
  const { $schema, ...body } = z.toJSONSchema(schema, { target: 'draft-2020-12', reused: 'inline' });
  const id = `urn:virt-quota:schema:${name}:1`;
  return `${JSON.stringify({ $schema, $id: id, title, ...body }, null, 2)}\n`;
}
