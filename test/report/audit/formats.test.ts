import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { auditFormatNames } from '../../../src/report/audit/format.ts';
import { problems } from '../../schema/validator.ts';

const top = join(import.meta.dirname, '../../..');
const readme = readFileSync(join(top, 'README.md'), 'utf8');

describe('the formats of an audit', () => {
  it('are all in the README, each with an example', () => {
    const section = readme.slice(readme.indexOf('## Reports of an audit'), readme.indexOf('## Exit codes'));
    const told = auditFormatNames.filter(name => section.includes(`| \`${name}\``));
    expect(told).toEqual(auditFormatNames);
    const shown = auditFormatNames.filter(name => section.includes(`-f ${name}`));
    expect(shown).toEqual(auditFormatNames.filter(name => name !== 'table'));
  });

  it('have a report among the samples that is of this version', () => {
    const sample = readFileSync(join(top, 'samples/reports/trixie-ovs-restarted.json'), 'utf8');
    expect(problems('audit', JSON.parse(sample))).toEqual([]);
  });
});
