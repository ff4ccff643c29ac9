import { expect, it } from 'vitest';
import { exactParameters, toNumber, toNumbers, typedParameters } from '../../src/libvirt/typed-parameters.ts';

it('gives every number one type, and leaves out what is undefined', () => {
  expect(typedParameters('ullong', { cpu_shares: 2048, vcpu_period: undefined })).toEqual({
    cpu_shares: { type: 'ullong', value: 2048 },
  });
});

it('makes 64-bit numbers exact, and leaves all others', () => {
  const input = {
    a: { type: 'llong', value: -1 },
    b: { type: 'ullong', value: 2n ** 63n },
    c: { type: 'uint', value: 1 },
  };
  expect(exactParameters(input as never)).toEqual({
    a: { type: 'llong', value: -1n },
    b: { type: 'ullong', value: 9223372036854775808n },
    c: { type: 'uint', value: 1 },
  });
});

it.each([0.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY])('refuses %s as a 64-bit number', value => {
  const message = `cpu_shares: ${value} is not an exact integer`;
  expect(() => exactParameters({ cpu_shares: { type: 'ullong', value } })).toThrow(
    expect.objectContaining({ kind: 'unsupported', message }),
  );
});

it('turns values into ordinary numbers where that loses nothing', () => {
  expect(toNumber({ type: 'ullong', value: 17592186044415n })).toBe(17592186044415);
  expect(toNumber({ type: 'boolean', value: true })).toBe(1);
  const message = '18446744073709551615 is beyond the integers that a number holds';
  expect(() => toNumber({ type: 'ullong', value: 2n ** 64n - 1n })).toThrow(message);
  expect(() => toNumber({ type: 'string', value: '5' })).toThrow("'5' is not a number");
});

it('leaves strings out of a record of numbers', () => {
  const parameters = {
    total_bytes_sec: { type: 'ullong', value: 5n },
    group_name: { type: 'string', value: 'g' },
  };
  expect(toNumbers(parameters as never)).toEqual({ total_bytes_sec: 5 });
});
