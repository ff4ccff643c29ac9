import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const src = join(import.meta.dirname, '../../src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts'))
  .map(name => ({ name, text: readFileSync(join(src, name), 'utf8').replace(/^\s*(?:\*|\/\/).*$/gm, '') }));

describe('what a person sees', () => {
  it.each([
    [
      'is written by one file',
      /process\s*\.\s*std(?:out|err)|\bconsole\s*\.|\b(?:stdout|stderr)\b.*'(?:node:)?process'/,
      'cli/terminal.ts',
    ],
    [
      'is not written by descriptor',
      /\bwrite(?:File)?Sync\(\s*[12]\b|\/dev\/(?:tty|stdout|stderr)/,
      undefined,
    ],
    ['has its colours from one file', /\bstyleText\b/, 'cli/colours.ts'],
  ])('%s', (_, writer, only) => {
    const writers = files.filter(({ text }) => writer.test(text)).map(({ name }) => name);
    expect(writers).toEqual(only === undefined ? [] : [only]);
  });
});
