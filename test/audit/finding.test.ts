import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { causes } from '../../src/audit/finding.ts';

it('every cause is explained in the README', () => {
  const text = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  expect(causes.filter(cause => !text.includes(`\`${cause}\``))).toEqual([]);
});
