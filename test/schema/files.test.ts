import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonSchemaText, type SchemaName, schemas } from '../../src/schema/schemas.ts';

const folder = join(import.meta.dirname, '../../schemas');
const names = Object.keys(schemas) as readonly SchemaName[];

describe('the files in schemas/ (npm run schemas writes them anew)', () => {
  it.each(names)('%s is current', async name => {
    await expect(jsonSchemaText(name)).toMatchFileSnapshot(join(folder, `${name}.schema.json`));
  });

  it('are those and no others', () => {
    expect(readdirSync(folder).sort()).toEqual(names.map(name => `${name}.schema.json`).sort());
  });
});

describe('a number in a schema', () => {
  const flavor = JSON.parse(jsonSchemaText('flavor'));
  const specs = flavor.$defs['extra-specs'].properties;

  it('has its unit and range from the catalogue', () => {
    expect(specs['quota:cpu_period'].description).toBe('µs, 1000–1000000; 0: no limit');
    expect(specs['quota:cpu_period'].anyOf).toContainEqual({
      type: 'integer',
      minimum: 1000,
      maximum: 1_000_000,
    });
    expect(specs['quota:cpu_quota'].description).toBe(
      'µs per period, 1000–17592186044415; 0 or negative: no limit',
    );
    expect(specs['quota:vif_inbound_burst'].description).toBe('KiB, 1–4194303; 0: no limit');
  });

  it('is there for each of the 61 keys', () => {
    expect(Object.keys(specs)).toHaveLength(61);
  });
});
