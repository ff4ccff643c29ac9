import { describe, expect, it } from 'vitest';
import { parseDropIn } from '../../src/observed/systemd-drop-in.ts';

describe('a drop-in as systemctl set-property writes it', () => {
  const written = [
    '# This is a drop-in unit file extension, created via "systemctl set-property"',
    '# or an equivalent operation. Do not edit.',
    '[Scope]',
    'CPUWeight=77',
    '',
  ].join('\n');

  it('is its properties, without what is said about it', () => {
    expect(parseDropIn(written, '/run/50-CPUWeight.conf')).toEqual([
      { name: 'CPUWeight', value: '77', path: '/run/50-CPUWeight.conf' },
    ]);
  });

  it('is read in time, whatever stands behind a value', () => {
    const start = performance.now();
    const blanks = ' '.repeat(200_000);
    expect(parseDropIn(`CPUWeight=7${blanks}7  \n`, 'a')).toEqual([
      { name: 'CPUWeight', value: `7${blanks}7`, path: 'a' },
    ]);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('keeps what is empty, for it takes back what was set before', () => {
    expect(parseDropIn('[Scope]\nCPUWeight=77\nCPUWeight=\n;CPUQuota=5%\n', 'a')).toEqual([
      { name: 'CPUWeight', value: '77', path: 'a' },
      { name: 'CPUWeight', value: '', path: 'a' },
    ]);
  });
});
