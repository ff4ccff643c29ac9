import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { virtQuota } from './run.ts';

const sample = join(import.meta.dirname, '../../samples/profiles/uplink.yaml');

describe('virt-quota profile', () => {
  it('draws the tree', async () => {
    const { stdout, stderr, exitCode } = await virtQuota(['profile', sample]);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^└─ 1:1 {2}link 10 Gbit\/s$/m);
  });

  it.each([
    [['-f', 'tc'], /^qdisc add dev eth1 root handle 1: htb default 40\nclass add /],
    [['-f', 'tc', '--remove'], /^qdisc del dev eth1 root\n$/],
    [['-f', 'html'], /^<!doctype html>\n[\s\S]*<svg [\s\S]*└─ 1:1 {2}link 10 Gbit[\s\S]*<\/html>\n$/],
    [['-f', 'svg'], /^<svg [\s\S]*<\/svg>\n$/],
    [['-f', 'json'], /^\{\n {2}"schemaVersion": 1,\n {2}"profile": \{/],
  ])('prints %j', async (options, text) => {
    const { stdout, exitCode } = await virtQuota(['profile', 'show', sample, ...options]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(text);
  });

  it('refuses a profile that promises more than there is, and one that leaves packets without a class', async () => {
    const classes = [
      { name: 'a', dscp: ['EF'], guarantee: '80%' },
      { name: 'b', guarantee: '30%' },
    ];
    const ran = await virtQuota(['profile', '-'], {
      input: JSON.stringify({ uplink: 'eth1', rate: '1gbit', classes }),
    });
    expect([ran.exitCode, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toMatch(
      /^error: guarantees together is 1100000000, above the 1000000000 bit\/s of the link$/m,
    );
    expect(ran.stderr).toMatch(/^error: classes has no default class/m);
    expect(ran.stderr).toMatch(/^error: classes\[1\] is never reached/m);
  });
});
