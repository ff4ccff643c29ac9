import { QuotaError } from '../../errors.ts';
import { jsonSchemaText, type SchemaName, schemas } from '../../schema/schemas.ts';
import { type Loudness, processTerminal } from '../terminal.ts';

/** `virt-quota schema`: the named JSON Schema, or without a name what there is. */
export function schema(name: string | undefined, options: Loudness): void {
  processTerminal(options).out(name === undefined ? listing() : textOf(name));
}

function textOf(name: string): string {
  if (isName(name)) return jsonSchemaText(name);
  throw new QuotaError(
    'not-found',
    name,
    `no schema '${name}'; there are ${Object.keys(schemas).join(', ')}`,
  );
}

function isName(name: string): name is SchemaName {
  return Object.hasOwn(schemas, name);
}

function listing(): string {
  const width = Math.max(...Object.keys(schemas).map(name => name.length));
  return Object.entries(schemas)
    .map(([name, { title }]) => `${name.padEnd(width)}  ${title}\n`)
    .join('');
}
