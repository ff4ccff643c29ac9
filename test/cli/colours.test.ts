import { describe, expect, it } from 'vitest';
import { noColours, terminalColours } from '../../src/cli/colours.ts';

describe('colours of a terminal', () => {
  it('are there where they were painted, and nowhere else', () => {
    const { paint, show } = terminalColours(ansi);
    expect(show(`${paint('red', 'fail')} vm \x1b[32mpass\x1b[39m\n`)).toBe(
      '\x1b[31mfail\x1b[39m vm \\u001b[32mpass\\u001b[39m\n',
    );
    expect(show(`${paint('bold', 'a\x1b]0;title\x07')}${paint('dim', '')}`)).toBe(
      '\x1b[1ma\\u001b]0;title\\u0007\x1b[22m\x1b[2m\x1b[22m',
    );
  });

  it('cannot be had by text that was painted by somebody else', () => {
    const foreign = terminalColours().paint('green', 'pass');
    expect(terminalColours().show(foreign)).toBe(foreign);
  });

  it('are none without a terminal, and text is harmless all the same', () => {
    expect(noColours.show(noColours.paint('red', '\x1b[2J'))).toBe('\\u001b[2J');
  });
});

const codes = { red: [31, 39], green: [32, 39], yellow: [33, 39], bold: [1, 22], dim: [2, 22] } as const;

function ansi(style: keyof typeof codes, text: string): string {
  const [on, off] = codes[style];
  return `\x1b[${on}m${text}\x1b[${off}m`;
}
