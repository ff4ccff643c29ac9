import { expect, it } from 'vitest';
import { isAtLeast, parseIproute2Version } from '../../src/observed/iproute2-version.ts';

it.each([
  ['tc utility, iproute2-6.1.0, libbpf 1.1.2\n', { major: 6, minor: 1 }],
  ['tc utility, iproute2-6.15.0, libbpf 1.5.0\n', { major: 6, minor: 15 }],
  ['tc utility, iproute2-ss170501\n', { major: 4, minor: 0 }],
  ['busybox tc', undefined],
  ['', undefined],
])('%j is iproute2 %j', (answer, version) => {
  expect(parseIproute2Version(answer)).toEqual(version);
});

it('6.15 is newer than 6.2', () => {
  expect(isAtLeast({ major: 6, minor: 15 }, 6, 2)).toBe(true);
  expect(isAtLeast({ major: 6, minor: 1 }, 6, 2)).toBe(false);
  expect(isAtLeast({ major: 7, minor: 0 }, 6, 15)).toBe(true);
  expect(isAtLeast({ major: 5, minor: 15 }, 6, 2)).toBe(false);
});
