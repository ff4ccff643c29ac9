import { expect, test } from 'vitest';
import { leftOutOn } from './brief.ts';

const file = (suite: string) => `test/lab/suite/${suite}.test.ts`;

test('a brief run has on the newest release what differs there alone', () => {
  const left = leftOutOn('forky');
  expect(left).toContain(file('behind-the-back'));
  expect(left).toContain(file('fault-injection'));
  for (const suite of ['smoke', 'refusals', 'leftovers', 'random-flavors'])
    expect(left).not.toContain(file(suite));
});

test('a brief run has on the others all but the long files of another kind', () => {
  expect(leftOutOn('trixie')).toContain(file('detection'));
  expect(leftOutOn('trixie')).toContain(file('leftovers'));
  expect(leftOutOn('bookworm')).not.toContain(file('detection'));
  for (const kind of ['trixie', 'bookworm', 'bookworm-v1'] as const)
    expect(leftOutOn(kind)).not.toContain(file('behind-the-back'));
});
