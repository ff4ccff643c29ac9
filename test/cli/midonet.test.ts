import { describe, expect, it } from 'vitest';
import { virtQuota } from './run.ts';

const nowhere = 'vq-nowhere0';

describe('virt-quota midonet', () => {
  it.each([
    [['--rate', '3000'], /either --rate and --burst, or --policy/],
    [['--rate', '3000', '--burst', '400', '--policy', '-'], /either --rate and --burst, or --policy/],
    [['--rate', '0', '--burst', '400'], /a whole number in 1–2147483647/],
    [['--policy', '-'], /nothing limits what is sent/],
    [['--rate', '3000', '--burst', '400', '--form', 'other'], /agent, documented/],
  ])('does not take %j', async (options, said) => {
    const input = '{"rules": [{"type": "dscp_marking", "dscp_mark": 26}]}';
    const { exitCode, stdout, stderr } = await virtQuota(['midonet', 'plan', nowhere, ...options], { input });
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(said);
  });

  it('plans nothing for a device that cannot be looked at, and cannot decide whether it holds', async () => {
    const limit = ['--rate', '3000', '--burst', '400'];
    const planned = await virtQuota(['midonet', 'plan', nowhere, ...limit]);
    expect([planned.exitCode, planned.stdout]).toEqual([3, '']);
    expect(planned.stderr).toMatch(/vq-nowhere0 cannot be looked at/);
    const verified = await virtQuota(['midonet', 'verify', nowhere, ...limit, '-f', 'json']);
    expect(verified.exitCode).toBe(6);
    const { kind, outcome, summary } = JSON.parse(verified.stdout);
    expect([kind, outcome, summary.inconclusive]).toEqual(['midonet', 'verified', 3]);
  });
});

describe('virt-quota profile', () => {
  const classes = [{ name: 'rest', default: true, guarantee: '1mbit' }];
  const input = JSON.stringify({ uplink: nowhere, rate: '10mbit', classes });

  it('plans nothing for an uplink that cannot be looked at, and cannot decide whether it holds', async () => {
    const applied = await virtQuota(['profile', 'apply', '-'], { input });
    expect([applied.exitCode, applied.stdout]).toEqual([3, '']);
    expect(applied.stderr).toMatch(/vq-nowhere0 cannot be looked at/);
    const verified = await virtQuota(['profile', 'verify', '-', '-f', 'json'], { input });
    expect(verified.exitCode).toBe(6);
    const { kind, outcome, summary } = JSON.parse(verified.stdout);
    expect([kind, outcome, summary.inconclusive]).toEqual(['profile', 'verified', 4]);
  });
});
