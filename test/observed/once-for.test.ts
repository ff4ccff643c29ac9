import { expect, it } from 'vitest';
import { onceFor } from '../../src/observed/once-for.ts';
import { ovsRow } from '../../src/observed/ovs.ts';

it('works something out once for each object, whatever came of it', () => {
  let worked = 0;
  const sizeOf = onceFor((list: readonly number[]) => {
    worked += 1;
    return list.length === 0 ? undefined : list.length;
  });
  const [one, other] = [[1, 2], []];
  expect([sizeOf(one), sizeOf(other), sizeOf(one), sizeOf(other)]).toEqual([2, undefined, 2, undefined]);
  expect(worked).toBe(2);
});

it('a row of Open vSwitch is the first of its name, or the one of its UUID', () => {
  const rows = [
    { name: 'tap0', _uuid: ['uuid', 'a'] },
    { name: 'tap0', _uuid: ['uuid', 'b'] },
  ];
  expect(ovsRow(rows, 'name', 'tap0')).toBe(rows[0]);
  expect(ovsRow(rows, '_uuid', 'b')).toBe(rows[1]);
  expect(ovsRow(rows, 'name', 'tap1')).toBeUndefined();
});
