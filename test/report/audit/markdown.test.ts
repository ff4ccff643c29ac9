import { describe, expect, it } from 'vitest';
import { markdownFormat } from '../../../src/report/audit/markdown.ts';
import { all, broken, fading, gone, hostile, rendered, unread, unseen, whole } from './reports.ts';

/** The cells of each row of each table, as GitHub divides them. */
function tables(text: string): readonly (readonly (readonly string[])[])[] {
  const blocks = text.split(/\n\n+/).filter(block => block.startsWith('|'));
  return blocks.map(block =>
    block
      .trim()
      .split('\n')
      .map(line => line.replace(/^\||\|$/g, '').split(/(?<!\\)\|/)),
  );
}

describe('Markdown', () => {
  it('is tables whose rows have as many cells as their heads, whatever stands in them', () => {
    const found = tables(rendered(markdownFormat, all));
    expect(found).toHaveLength(9);
    for (const [head = [], ...rest] of found) {
      expect(new Set(rest.map(row => row.length))).toEqual(new Set([head.length]));
    }
  });

  it('tells where it was, when, and how many limits are proved', () => {
    const text = rendered(markdownFormat, [whole, unread]);
    expect(
      text.startsWith('# Limits audit\n\nqemu&#58;///system, libvirt 9.0.0, 2026-11-20T20:29:33.517Z\n'),
    ).toBe(true);
    expect(text).toContain(
      '## ✅ pass: `whole`\n\n1 of 1 limits proved in force now, 0 lost at the next start; running; measured by: flavor m1.small.',
    );
    expect(text).toContain("## ❔ inconclusive: `unread`\n\nthe domain 'unread' is gone");
    expect(
      text.endsWith(
        '\n**2 domains: 1 pass, 1 inconclusive; 1 of 1 limits proved in force now, 0 lost at the next start**\n',
      ),
    ).toBe(true);
  });

  it('tells what is lost at the next start, what could not be read and why, and who is gone', () => {
    const text = rendered(markdownFormat, [fading, unseen, gone]);
    expect(text).toContain(
      '## ✅ pass: `fading`\n\n1 of 1 limits proved in force now, 1 lost at the next start;',
    );
    expect(text).toContain('| `cpu cpu_shares` | 512 | asked | ❌ fail | ✅ pass | ✅ pass (cgroup) |');
    expect(text).toContain(
      '### Could not be read\n\n- `disk vda`: `qemu subject bps_rd`: permission denied\n',
    );
    expect(text).toContain("## ➖ gone: `gone`\n\ndomain 'gone' was stopped while it was read\n");
  });

  it('has the chain of each limit that is not proved, with the link that breaks first', () => {
    expect(rendered(markdownFormat, [broken])).toContain(
      '| `interface fa:16:3e:5f:64:d8 outbound.average` | 32768 kB/s (32.768 MB/s) | asked | ✅ pass | ✅ pass | **❌ fail (tc), breaks here** |',
    );
  });

  it('has expected and observed one above the other, with units, and the command that repairs it', () => {
    const text = rendered(markdownFormat, [broken]);
    expect(text).toContain(
      '| Expected | `rate 32768000 bytes/s (32.768 MB/s), burst 134217728 bytes (128 MiB)` |\n| Observed | `absent` |',
    );
    expect(text).toContain("| Repair | `virt-quota apply broken --flavor 'my flavor.json' --ovs-native` |");
  });

  it('has how much of a limit was used, where that is known', () => {
    const text = rendered(markdownFormat, [broken]);
    expect(text).toContain(
      '| `interface fa:16:3e:5f:64:d8 outbound.average` | 62.5 %, 20480 kB/s (20.48 MB/s) | 32768 kB/s (32.768 MB/s) | 12.5 % |',
    );
    expect(text.match(/cpu_shares/g)).toBeNull();
  });

  it('lets no name be an element, a link, a mention or a line of its own', () => {
    const text = rendered(markdownFormat, [hostile]);
    expect(text).not.toMatch(/<(?!\/?code>)/);
    expect(text).not.toContain('@all');
    expect(text).not.toContain('](');
    expect(text).not.toMatch(/http:\/\//);
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u2028\u202e]/);
  });
});
