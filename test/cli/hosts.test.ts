import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { virtQuota } from './run.ts';

// Hosts met in public reports, made from a captured one by changing what stands in it. They are folders as a capture
// writes them, so a domain's scope has systemd's name, with backslashes.
const host = (name: string) => join(import.meta.dirname, 'captured', name);
const domain = 'instance-000000e1';
const plain = 'interface fa:16:3e:87:f8:ad';

interface Case {
  readonly host: string;
  readonly command: 'audit' | 'effective';
  readonly exitCode: number;
  /** Lines that are there, in this order; others may stand between them. */
  readonly lines?: readonly (string | RegExp)[];
  /** What must be nowhere. */
  readonly never?: readonly RegExp[];
}

const cases: readonly Case[] = [
  {
    host: 'h8-nodev',
    command: 'audit',
    exitCode: 6,
    lines: [
      /^inconclusive +\S+ +\d+ of 20 limits proved in force now, \d+ could not be seen, 0 lost at the next start /,
      `  open ${plain}: tc tap87f8ad7a-5d class htb 1:1`,
      '       limit      inbound.average, inbound.peak, inbound.burst',
      /^ {7}unread {5}'tc .*' failed: Cannot find device "tap87f8ad7a-5d"$/,
      `  open ${plain}: tc tap87f8ad7a-5d police`,
      /^ {7}unread {5}'tc .*' failed: Cannot find device "tap87f8ad7a-5d"$/,
    ],
    never: [/nothing there/],
  },
  {
    host: 'h8-nodev',
    command: 'effective',
    exitCode: 6,
    lines: [
      plain,
      /^ {2}inbound +unknown: .*Cannot find device "tap87f8ad7a-5d"/,
      /^ {2}outbound +unknown: .*Cannot find device "tap87f8ad7a-5d"/,
    ],
    never: [/no limit/],
  },
  {
    host: 'n1-cgroupns',
    command: 'audit',
    exitCode: 6,
    lines: [
      /^inconclusive /,
      /^ {2}open cpu: cgroup scope cpu\.weight, /,
      '       limit      cpu_shares, vcpu_quota, vcpu_period',
      /^ {7}unread {5}process 526 is in the cgroup '\/\.\.\/.*', outside of the namespace of cgroups that this program sees$/,
    ],
  },
  {
    host: 'n1-cgroupns',
    command: 'effective',
    exitCode: 6,
    lines: ['cpu', /^ {2}cpu +unknown: cgroup .*: process 526 is in the cgroup '\/\.\.\//],
    never: [/no limit/],
  },
  {
    host: 'h3-pve-hook',
    command: 'audit',
    exitCode: 1,
    lines: [
      /^fail /,
      `  fail ${plain}: tc tap87f8ad7a-5d class htb 1:1`,
      /^ {7}cause +behind-libvirt: /,
      `  fail ${plain}: tc tap87f8ad7a-5d police`,
      /^ {7}cause +decided-before: no packet comes to it: the basic filter at pref 50 decides for them and lets 12500000 B\/s through/,
      /^ {7}seen in .*filter protocol all pref 50 basic .*police 0x9 rate 100Mbit/,
    ],
    never: [/unit-slip/],
  },
  {
    host: 'h2b-basic-noparent',
    command: 'audit',
    exitCode: 1,
    lines: [
      /^fail /,
      `  fail ${plain}: tc tap87f8ad7a-5d police`,
      /^ {7}seen in .* filter protocol all pref 49 basic handle 0x1 \| police 0xd rate 3000Kbit /,
    ],
    never: [/nothing there/],
  },
  {
    host: 'm5-control-other-mac',
    command: 'audit',
    exitCode: 1,
    lines: [
      /^fail /,
      '  fail interface fa:16:3e:28:a2:28: ovs tap28a22811-3c qos',
      '       seen in    ovs-vsctl list Port tap28a22811-3c: ["set",[]]',
    ],
    never: [/nothing there/],
  },
  {
    host: 't3-hfsc',
    command: 'effective',
    exitCode: 6,
    lines: [plain, /^ {2}inbound +unknown: tc tap87f8ad7a-5d qdisc hfsc: /],
    never: [/no limit/],
  },
  {
    host: 'i3-htb-tree',
    command: 'effective',
    exitCode: 6,
    lines: [plain, /^ {2}inbound +unknown: tc tap87f8ad7a-5d qdisc htb: /],
    never: [/no limit/],
  },
  {
    host: 'i1-ifb',
    command: 'effective',
    exitCode: 6,
    lines: [plain, /^ {2}outbound +unknown: tc ifb0: packets are sent to ifb0, which could not be looked at/],
    never: [/outbound +no limit/],
  },
  { host: 't3-hfsc', command: 'audit', exitCode: 1, lines: [/^fail /, /tc tap87f8ad7a-5d class htb 1:1$/] },
  {
    host: 'i3-htb-tree',
    command: 'audit',
    exitCode: 1,
    lines: [/^fail /, /tc tap87f8ad7a-5d class htb 1:1$/],
  },
  {
    host: 'i1-ifb',
    command: 'audit',
    exitCode: 1,
    lines: [/^fail /, /tc tap87f8ad7a-5d class htb 1:1$/, /tc tap87f8ad7a-5d police$/],
  },
];

describe('a captured host', () => {
  it.each(cases.map(one => [`${one.command} of ${one.host}`, one] as const))('%s', async (_, one) => {
    const { exitCode, stdout } = await virtQuota([one.command, domain, '--host', host(one.host)]);
    const printed = stdout.split('\n');
    let from = 0;
    for (const line of one.lines ?? []) {
      const at = printed.findIndex(
        (text, index) => index >= from && (typeof line === 'string' ? text === line : line.test(text)),
      );
      expect(at, `${line} in\n${stdout}`).toBeGreaterThanOrEqual(from);
      from = at + 1;
    }
    for (const line of one.never ?? []) expect(stdout).not.toMatch(line);
    expect(exitCode).toBe(one.exitCode);
  });
});
