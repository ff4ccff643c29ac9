import type { Command } from 'commander';
import { describe, expect, it, vi } from 'vitest';
import { libvirtVersion } from '../../src/cli/host-options.ts';
import { strictNumber } from '../../src/cli/number-option.ts';
import { program } from '../../src/cli/program.ts';
import { sizeOf } from '../../src/intent/volume-intent.ts';

// It is read from a file that lies elsewhere from the sources than from the bundle.
vi.mock('../../src/cli/version.ts', () => ({ version: () => '0.0.0' }));

const notStrict = [
  '1e3',
  '0x10',
  '+5',
  '-5',
  ' 5',
  '5 ',
  '٥',
  '1_000',
  'Infinity',
  'NaN',
  '',
  '05',
  '5.',
  '.5',
  '1,5',
  '５',
];

/** Options of numbers, by the word for their value. */
const isNumeric = /<(?:n|seconds|number|id|kbit\/s|kbit|time|GiB)>/;

const commands = allOf(await program('keys'));
const options = commands.flatMap(command =>
  command.options.filter(({ flags }) => isNumeric.test(flags)).map(option => ({ command, option })),
);

describe('a number on the command line', () => {
  it('is in decimal digits, with a point where the option has one', () => {
    expect(strictNumber('16', { min: 1, max: 16 })).toBe(16);
    expect(strictNumber('0', { min: 0, max: 16 })).toBe(0);
    expect(strictNumber('2.5', { min: 1, max: 16, decimals: 3 })).toBe(2.5);
    expect(strictNumber('2.5', { min: 1, max: 16 })).toBeUndefined();
    expect(strictNumber('2.5001', { min: 1, max: 16, decimals: 3 })).toBeUndefined();
    expect(strictNumber('17', { min: 1, max: 16 })).toBeUndefined();
  });

  it('is known to this test for every command that has one', () => {
    const names = [...new Set(options.map(({ option }) => option.long))];
    expect(names.sort()).toEqual([
      '--burst',
      '--interval',
      '--max-failures',
      '--ofport',
      '--parallel',
      '--rate',
      '--timeout',
      '--uplink-rate',
      '--vlan',
      '--volume-size',
    ]);
  });

  const parsed = options.filter(({ option }) => option.parseArg !== undefined);
  it.each(parsed.map(({ command, option }) => [command.name(), option] as const))(
    '%s %o is strict',
    (_, option) => {
      for (const text of notStrict) {
        expect(() => option.parseArg?.(text, undefined as never), `'${text}'`).toThrow(
          /^must be .* in .+–.+, written in decimal digits$/,
        );
      }
      const read = option.parseArg?.('5', undefined as never);
      expect(read).toBe(option.long === '--interval' ? 5000 : 5);
    },
  );

  it.each(notStrict)('is no size of a volume and no version as %j', text => {
    const message = `volume 'v' has size '${text}', must be a whole number in 1–999999999 GiB, written in decimal digits`;
    expect(() => sizeOf(text, 'v')).toThrow(message);
    const version = `'${text}.0.0' is not a libvirt version such as 9.0.0, written in decimal digits`;
    expect(() => libvirtVersion(`${text}.0.0`)).toThrow(version);
  });

  it('is a size of a volume up to its greatest', () => {
    expect(sizeOf('999999999', 'v')).toBe(999_999_999);
    expect(() => sizeOf('1000000000', 'v')).toThrow('must be a whole number in 1–999999999 GiB');
    expect(() => sizeOf('0', 'v')).toThrow('must be a whole number in 1–999999999 GiB');
    expect(libvirtVersion('11.3.0')).toBe(11_003_000);
    expect(() => libvirtVersion('9.01.0')).toThrow('not a libvirt version');
  });

  it('is refused with option, value and range', async () => {
    const top = await program('apply');
    const said: string[] = [];
    for (const command of allOf(top))
      command.configureOutput({ writeErr: text => said.push(text) }).exitOverride();
    await expect(top.parseAsync(['apply', 'vm', '--timeout', '1e3'], { from: 'user' })).rejects.toThrow();
    expect(said[0]).toBe(
      "error: option '--timeout <seconds>' argument '1e3' is invalid. must be a number with up to 3 decimals in 0.001–3600 seconds, written in decimal digits\n",
    );
  });
});

function allOf(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(allOf)];
}
