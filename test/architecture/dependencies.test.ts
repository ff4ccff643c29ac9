import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const top = join(import.meta.dirname, '../..');
const text = (name: string) => readFileSync(join(top, name), 'utf8');

interface Installed {
  readonly license?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly dev?: boolean;
}

const { packages } = JSON.parse(text('package-lock.json')) as { packages: Record<string, Installed> };
const production = Object.entries(packages)
  .filter(([path, { dev }]) => path !== '' && dev !== true)
  .map(([path, one]) => ({ name: path.replace(/^.*node_modules\//, ''), ...one }));

describe('what is installed with it', () => {
  it('is pinned with a hash, and runs nothing when it is installed', () => {
    expect(production.length).toBeGreaterThan(4);
    expect(production.filter(({ integrity }) => !integrity?.startsWith('sha512-'))).toEqual([]);
    expect(production.filter(({ hasInstallScript }) => hasInstallScript)).toEqual([]);
    const { dependencies } = JSON.parse(text('package.json')) as { dependencies: Record<string, string> };
    expect(Object.values(dependencies).filter(version => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it('is listed with its licence in docs/security.md', () => {
    const rows = text('docs/security.md').split('\n');
    const lacking = production.filter(
      ({ name, license }) => !rows.some(row => row.includes(`\`${name}\``) && row.includes(`| ${license} |`)),
    );
    expect(lacking.map(({ name, license }) => `${name} ${license}`)).toEqual([]);
  });
});
