import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { harnesses } from '../fuzz/harnesses.ts';
import { privilegeRows } from '../lab/privileges.ts';

const top = join(import.meta.dirname, '../..');
const text = readFileSync(join(top, 'docs/security.md'), 'utf8');

describe('docs/security.md', () => {
  it('names files that are there', () => {
    const names = [...text.matchAll(/`((?:src|test|samples)\/[\w./-]+)`/g)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter(name => !existsSync(join(top, name)))).toEqual([]);
  });

  it('has every harness of the fuzzing beside the input that it is for', () => {
    expect(harnesses.map(one => one.name).filter(name => !text.includes(`\`${name}\``))).toEqual([]);
  });

  it('has a line for every row of what commands need, with its exit code', () => {
    const lines = text.split('\n');
    const lacking = privilegeRows.filter(
      ({ as, words, exitCode }) =>
        !lines.some(
          line =>
            line.startsWith(`| ${as} | \`${nameOf(words)}\` |`) && line.endsWith(`: exit ${exitCode} |`),
        ),
    );
    expect(lacking.map(({ as, words }) => `${as}: ${nameOf(words)}`)).toEqual([]);
  });
});

/** `port plan`, `audit`, `recover --list`, `audit --host`: as the table calls it. */
function nameOf([first = '', second = '']: readonly string[]): string {
  return /^(?:port|profile|midonet)$/.test(first) || /^--(?:host|list)$/.test(second)
    ? `${first} ${second}`
    : first;
}
