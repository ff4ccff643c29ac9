import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/diagnostics.ts';
import { readDomain } from '../../src/domain/read-domain.ts';
import { translateFlavor } from '../../src/domain/translate.ts';
import { flavorQuota } from '../../src/intent/flavor-quota.ts';
import { volumeQuota } from '../../src/intent/volume-qos.ts';
import { diagnosticHint } from '../../src/report/diagnostic-hint.ts';
import { diagnosticLine } from '../../src/report/diagnostic-text.ts';

const ofFlavor = (specs: Readonly<Record<string, string>>) => flavorQuota(specs).diagnostics;
const shown = (found: readonly Diagnostic[]) => found.map(one => [diagnosticLine(one), diagnosticHint(one)]);

describe('what to do about a finding', () => {
  it('is said for values out of range, with the range', () => {
    expect(shown(ofFlavor({ 'quota:cpu_period': '5' }))).toEqual([
      ['error: quota:cpu_period is 5, must be in 1000–1000000 µs', 'take a number in 1000–1000000'],
    ]);
    const { quota } = flavorQuota({ 'quota:cpu_shares': '20000' });
    const domain = readDomain('<domain><name>d</name></domain>');
    const { diagnostics } = translateFlavor({ quota, domain, capabilities: { cgroupVersion: 2 } });
    expect(shown(diagnostics)).toEqual([
      [
        'error: quota:cpu_shares is 20000, must be in 2–10000 (cgroup v2)',
        'take a number in 2–10000; weights count against each other only, so divide those of all machines alike',
      ],
    ]);
  });

  it.each<readonly [Readonly<Record<string, string>>, string]>([
    [{ 'quota:cpu_shares': 'x' }, 'write a plain decimal number, without unit, blanks or separators'],
    [{ cpu_shares: '5' }, 'did you mean quota:cpu_shares? Nova reads no other spelling'],
    [{ 'quota:vif_inbound_peak': '5' }, 'give quota:vif_inbound_average too'],
    [
      { 'quota:disk_total_iops_sec': '5', 'quota:disk_read_iops_sec': '5' },
      'keep the total, or the separate limits for reading and writing',
    ],
    [{ 'quota:cpu_period': '1000' }, 'give quota:cpu_quota too, or take the period out'],
  ])('is said for %o', (specs, hint) => {
    expect(ofFlavor(specs).map(diagnosticHint)).toEqual([hint]);
  });

  it('is said for what Nova drops of a volume', () => {
    const { diagnostics } = volumeQuota({ specs: { group_name: 'g' }, consumer: 'both' });
    expect(shown(diagnostics)).toEqual([
      [
        'warning: group_name is dropped by Nova, although libvirt can do it',
        '--volume-extras passes it on to libvirt',
      ],
    ]);
  });

  it('is not said where there is nothing to do', () => {
    expect(ofFlavor({ 'quota:cpu_quota': '-1', 'quota:unheard_of': '1' }).map(diagnosticHint)).toEqual([
      undefined,
      undefined,
    ]);
  });
});
