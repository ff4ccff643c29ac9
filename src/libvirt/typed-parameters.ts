import { LibvirtError } from './error.ts';

/** libvirt's seven parameter types, by the numbers of `virTypedParameterType`. */
export type ParameterType = 'int' | 'uint' | 'llong' | 'ullong' | 'double' | 'boolean' | 'string';

/** One value with its type, as libvirt reports it. 64-bit numbers are BigInt. */
export type TypedParameter =
  | { readonly type: 'int' | 'uint' | 'double'; readonly value: number }
  | { readonly type: 'llong' | 'ullong'; readonly value: bigint }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string };

/** Parameters by name, in the order of the server. */
export type TypedParameters = Readonly<Record<string, TypedParameter>>;

/** One value to set; a 64-bit number may also be an ordinary safe integer. libvirt wants the exact type. */
export type TypedParameterInput =
  | TypedParameter
  | { readonly type: 'llong' | 'ullong'; readonly value: number };

/** Parameters to set; libvirt takes them in this order, and may stop in the middle. */
export type TypedParametersInput = Readonly<Record<string, TypedParameterInput>>;

type NumberType = 'int' | 'uint' | 'llong' | 'ullong' | 'double';

/** Gives every number of a record one type: `typedParameters('ullong', { cpu_shares: 2048 })`. */
export function typedParameters(
  type: NumberType,
  values: Readonly<Record<string, number | undefined>>,
): TypedParametersInput {
  const result: Record<string, TypedParameterInput> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) result[name] = { type, value };
  }
  return result;
}

/**
 * Parameters as they go over the wire.
 * @throws LibvirtError `unsupported` for a 64-bit number that is not an exact integer.
 */
export function exactParameters(input: TypedParametersInput): TypedParameters {
  const entries = Object.entries(input).map(([name, parameter]) => [name, exactParameter(name, parameter)]);
  return Object.fromEntries(entries);
}

function exactParameter(name: string, parameter: TypedParameterInput): TypedParameter {
  const { type, value } = parameter;
  if ((type !== 'llong' && type !== 'ullong') || typeof value !== 'number')
    return parameter as TypedParameter;
  if (Number.isSafeInteger(value)) return { type, value: BigInt(value) };
  throw new LibvirtError('unsupported', `${name}: ${value} is not an exact integer`);
}

/**
 * A parameter as an ordinary number; a boolean is 0 or 1.
 * @throws LibvirtError `unsupported` for a string, and for a 64-bit number beyond ±(2^53 - 1).
 */
export function toNumber(parameter: TypedParameter): number {
  const { value } = parameter;
  const number = typeof value === 'string' ? Number.NaN : Number(value);
  if (typeof value === 'bigint' && !Number.isSafeInteger(number)) {
    throw new LibvirtError('unsupported', `${value} is beyond the integers that a number holds`);
  }
  if (typeof value === 'string') throw new LibvirtError('unsupported', `'${value}' is not a number`);
  return number;
}

/** All numeric parameters as ordinary numbers; strings are left out. @throws as {@link toNumber} */
export function toNumbers(parameters: TypedParameters): Readonly<Record<string, number>> {
  const entries = Object.entries(parameters).filter(([, parameter]) => parameter.type !== 'string');
  return Object.fromEntries(entries.map(([name, parameter]) => [name, toNumber(parameter)]));
}
