import { expect, it } from 'vitest';
import { recent } from '../../src/host/recent.ts';

it('finds what it remembers once, and forgets what was asked for longest ago', () => {
  const found: string[] = [];
  const remember = recent<string, string>(2);
  const ask = (key: string) =>
    remember(key, () => {
      found.push(key);
      return `${key}!`;
    });
  expect(['a', 'b', 'a', 'c', 'a', 'b'].map(ask)).toEqual(['a!', 'b!', 'a!', 'c!', 'a!', 'b!']);
  expect(found).toEqual(['a', 'b', 'c', 'b']);
});

it('remembers that there was nothing, and not what could not be found', () => {
  let asked = 0;
  const remember = recent<string, undefined>(2);
  const ask = () =>
    remember('a', () => {
      asked += 1;
      return undefined;
    });
  ask();
  ask();
  expect(asked).toBe(1);
  const failing = () =>
    remember('b', () => {
      throw new Error('broken');
    });
  expect(failing).toThrow('broken');
  expect(failing).toThrow('broken');
});
