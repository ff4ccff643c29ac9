import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';

const top = join(import.meta.dirname, '../..');
const codes = [
  ...readFileSync(join(top, 'src/diagnostics.ts'), 'utf8').matchAll(/^ {2}\| '([a-z-]+)'/gm),
].map(([, code = '']) => code);

const tests = readdirSync(join(top, 'test'), { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.test.ts') && basename(name) !== basename(import.meta.filename))
  .map(name => withoutComments(readFileSync(join(top, 'test', name), 'utf8')));

it(`every one of ${codes.length} findings occurs in what a test expects`, () => {
  expect(codes.length).toBeGreaterThan(20);
  // As a code of its own, or as a word of a line such as 'error out-of-range quota:cpu_period'.
  const occurs = (code: string) => tests.some(text => new RegExp(`['" ]${code}['" ]`).test(text));
  expect(codes.filter(code => !occurs(code))).toEqual([]);
});

function withoutComments(text: string): string {
  return text.replace(/^\s*(?:\/\/|\/?\*).*$/gm, '');
}
