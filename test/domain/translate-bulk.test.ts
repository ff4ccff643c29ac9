import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/diagnostics.ts';
import { translateBulk } from '../../src/domain/translate-bulk.ts';

function bulk(extraSpecs: Readonly<Record<string, string>>) {
  const diagnostics: Diagnostic[] = [];
  const { fragments } = translateBulk({ extraSpecs }, {}, diagnostics);
  return { fragments, found: diagnostics.map(one => `${one.severity} ${one.code} ${one.path}`) };
}

describe('one of many translations', () => {
  it("writes our own keys beside Nova's, and a misspelt one is an error", () => {
    const { fragments, found } = bulk({
      'quota:cpu_shares': '512',
      'virt-quota:emulator_quota': '50000',
      'virt-quota:emulatr_quota': '1',
    });
    expect(fragments.cputune).toBe(
      '<cputune><shares>512</shares><emulator_quota>50000</emulator_quota></cputune>',
    );
    expect(found).toContain('error unknown-own-key virt-quota:emulatr_quota');
  });

  it('says so when an element has no place in a line', () => {
    expect(bulk({ 'virt-quota:memory_hard_limit': '1048576' }).found).toContain('warning no-place memtune');
  });
});
