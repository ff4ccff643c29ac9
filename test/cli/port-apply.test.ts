import { describe, expect, it } from 'vitest';
import { virtQuota } from './run.ts';

describe('virt-quota port plan, apply, verify and remove', () => {
  it.each(['plan', 'apply', 'verify', 'remove'])(
    '%s asks which port, before it asks anybody else',
    async verb => {
      const { exitCode, stderr } = await virtQuota([
        'port',
        verb,
        ...(verb === 'remove' ? [] : ['--policy', '-']),
      ]);
      expect(exitCode).toBe(2);
      expect(stderr).toContain('say which port: --port UUID or --dev NAME');
    },
  );

  it.each(['plan', 'apply', 'verify'])('%s asks for a policy', async verb => {
    const { exitCode, stderr } = await virtQuota(['port', verb, '--dev', 'tap0']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('say what is wanted: --policy FILE or --network-policy FILE');
  });

  it.each([
    [['--dev', 'tap 0'], 'the name of a network device'],
    [['--port', 'tap0'], 'a UUID'],
    [['--dev', 'tap0', '--mac', '2'], 'a MAC address'],
  ])('refuses %j', async (options, what) => {
    const { exitCode, stderr } = await virtQuota(['port', 'apply', ...options]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(what);
  });
});
