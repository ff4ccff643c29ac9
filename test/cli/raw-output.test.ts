import { describe, expect, it } from 'vitest';
import { virtQuota } from './run.ts';

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

  it('JSON has numbers for them, and is the same', async () => {
    const { stdout } = await virtQuota(['translate', '--jsonl'], {
      input: '{"id":"a\u009b\u202e","extra_specs":{},"vcpus":1}\n',
    });
    expect(stdout).not.toMatch(raw);
    expect(JSON.parse(stdout).id).toBe('a\u009b\u202e');
  });
});
