import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { virtQuota } from './run.ts';

const captured = join(import.meta.dirname, '../workflow/captured/bookworm');

const raw = /[^\P{C}\n]/u;

describe('what comes from outside reaches the terminal escaped', () => {
  it.each([
    ['an option that is none', ['translate', '--\x1b[2Jx']],
    ['a command that is none', ['\x1b]0;title\x07']],
    ['a file that is not there', ['translate', '--flavor', '/none/\x1b[31m\u202e\x9b1m', '-f', 'json']],
    ['a value of an option', ['plan', 'vm', '--timeout', '\x1b[5m']],
    ['a port that cannot be', ['port', 'translate', '--port', '\x1b[5m']],
    ['a hypervisor', ['effective', 'vm', '-c', 'qemu+unix:///system?socket=/none/\x1b[31m']],
  ])('%s', async (_, args) => {
    const { stdout, stderr, exitCode } = await virtQuota(args);
    expect(stdout).toBe('');
    expect(stderr).not.toMatch(raw);
    expect(stderr).toContain('\\u001b');
    expect(exitCode).toBeGreaterThan(0);
  });

  it('a message is one line, whatever is named in it', async () => {
    const line = `${JSON.stringify({ domain: 'vm1\nvirt-quota: all is well', flavor: { extra_specs: {} } })}\n`;
    const args = ['audit', '--host', captured, '--from', '-'];
    const { stderr } = await virtQuota(args, { input: line + line });
    expect(stderr.split('\n').filter(one => !one.startsWith('warning: '))).toEqual(['']);
    expect(stderr).toContain("'vm1\\u000avirt-quota: all is well'");
  });

  it('an error that nobody has caught, as what it is: no finding', async () => {
    const thrower = `setTimeout(() => { throw new Error('\\x1b[2J\\u202e') }, 500)`;
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(thrower)}` };
    const { stderr, exitCode } = await virtQuota(['keys', '-f', 'json'], { env });
    expect({ stderr, exitCode }).toEqual({
      exitCode: 3,
      stderr: 'virt-quota: internal error: \\u001b[2J\\u202e\n',
    });
  });

  it('JSON has numbers for them, and is the same', async () => {
    const { stdout } = await virtQuota(['translate', '--jsonl'], {
      input: '{"id":"a\u009b\u202e","extra_specs":{},"vcpus":1}\n',
    });
    expect(stdout).not.toMatch(raw);
    expect(JSON.parse(stdout).id).toBe('a\u009b\u202e');
  });
});
