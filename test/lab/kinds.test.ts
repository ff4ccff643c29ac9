import { expect, test } from 'vitest';
import { hasAtLeast, isAtLeast, isKind, kinds, parseKinds } from './kinds.ts';

test('without words every kind is meant, the newest release among them', () => {
  expect(parseKinds([])).toEqual(['trixie', 'bookworm', 'bookworm-v1', 'forky']);
  expect(parseKinds(['forky'])).toEqual(['forky']);
  expect(() => parseKinds(['sid'])).toThrow('no kind "sid": there are trixie, bookworm, bookworm-v1, forky');
});

test('versions are compared number by number, and what is left out counts as 0', () => {
  const pairs = [
    ['6.15.0', '6.2'],
    ['6.2', '6.15'],
    ['11.3.0', '10.3'],
    ['10.3', '10.3.0'],
    ['10.2.9', '10.3'],
    ['7.2', '6.18'],
  ] as const;
  expect(pairs.map(([version, other]) => isAtLeast(version, other))).toEqual([
    true,
    false,
    true,
    true,
    false,
    true,
  ]);
});

test('a suite asks for the version that it means', () => {
  const newEnough = Object.keys(kinds)
    .filter(isKind)
    .filter(kind => hasAtLeast(kind, 'libvirt', '10.3'));
  expect(newEnough).toEqual(['trixie', 'forky']);
});
