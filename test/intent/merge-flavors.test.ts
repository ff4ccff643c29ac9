import { expect, it } from 'vitest';
import { flavorFromProperties, parseFlavor } from '../../src/intent/flavor.ts';
import { mergeFlavors } from '../../src/intent/merge-flavors.ts';

it('of several flavors the later one wins, key by key, and says which one does not count', () => {
  const { flavor, diagnostics } = mergeFlavors([
    { name: 'one', result: parseFlavor('name=m1\nvcpus=2\nhw:b=1\nhw:d=2') },
    { name: 'two', result: parseFlavor('{"name": "m2", "extra_specs": {"hw:b": "3", "hw:f": []}}') },
    { name: '--property', result: flavorFromProperties(['hw:b=4', '__proto__=5']) },
  ]);
  expect({ ...flavor, extraSpecs: Object.entries(flavor.extraSpecs) }).toEqual({
    name: 'm2',
    vcpus: 2,
    extraSpecs: [
      ['hw:d', '2'],
      ['hw:b', '4'],
      ['__proto__', '5'],
    ],
  });
  expect(diagnostics).toEqual([
    { code: 'not-a-scalar', severity: 'warning', path: 'hw:f', args: { type: 'list' } },
    {
      code: 'source-overridden',
      severity: 'info',
      path: 'hw:b',
      value: '1',
      args: { from: 'one', by: 'two' },
    },
    {
      code: 'source-overridden',
      severity: 'info',
      path: 'hw:b',
      value: '3',
      args: { from: 'two', by: '--property' },
    },
  ]);
});
