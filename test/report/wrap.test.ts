import { describe, expect, it } from 'vitest';
import { wrapped, wrappedCommand } from '../../src/report/wrap.ts';

describe('a text in lines', () => {
  it('stays whole where no width is known', () => {
    expect(wrapped('a '.repeat(100), { width: undefined, indent: 2 })).toEqual(['a '.repeat(100)]);
  });

  it('ends lines between words, and keeps columns', () => {
    expect(
      wrapped('  name     the quick brown fox jumps over the lazy dog', { width: 40, indent: 11 }),
    ).toEqual(['  name     the quick brown fox jumps', '           over the lazy dog']);
  });

  it('breaks what is longer than a line, behind a slash where one is near', () => {
    expect(wrapped(`at ${'x'.repeat(60)} end`, { width: 40, indent: 3 })).toEqual([
      'at',
      `   ${'x'.repeat(37)}`,
      `   ${'x'.repeat(23)} end`,
    ]);
    expect(
      wrapped('in /sys/fs/cgroup/machine.slice/machine-qemu.scope/libvirt/vcpu0/cpu.max', {
        width: 40,
        indent: 3,
      }),
    ).toEqual([
      'in',
      '   /sys/fs/cgroup/machine.slice/',
      '   machine-qemu.scope/libvirt/vcpu0/',
      '   cpu.max',
    ]);
  });

  it('takes no width for narrower than 40', () => {
    expect(wrapped('one two three four five six seven eight', { width: 5, indent: 0 })).toHaveLength(1);
  });
});

describe('a command in lines', () => {
  it('is one command for a shell', () => {
    const words = ['virt-quota', 'apply', 'instance-000000e1', '--flavor', "'my flavor.json'", '--live'];
    expect(wrappedCommand('repair  ', words, { width: 40, indent: 8 })).toEqual([
      'repair  virt-quota apply \\',
      '        instance-000000e1 --flavor \\',
      "        'my flavor.json' --live",
    ]);
  });

  it('has whole words, however long they are', () => {
    expect(wrappedCommand('', ['cat', `/${'x'.repeat(60)}`], { width: 40, indent: 2 })).toEqual([
      'cat \\',
      `  /${'x'.repeat(60)}`,
    ]);
  });
});
