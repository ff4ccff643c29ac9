import { type Codec, double, flag, int32, int64, list, mapped, text, uint32, uint64 } from './codec.ts';
import { LibvirtError } from './error.ts';
import type { ParameterType, TypedParameter, TypedParameters } from './typed-parameters.ts';

/** `VIR_TYPED_PARAM_STRING_OKAY`: without it the server leaves string parameters out. */
export const stringOkay = 4;

/** Longest name in bytes: `VIR_TYPED_PARAM_FIELD_LENGTH` less the NUL. */
const nameMax = 79;

/** By `virTypedParameterType`, which begins at 1. */
const types: readonly ParameterType[] = ['int', 'uint', 'llong', 'ullong', 'double', 'boolean', 'string'];

const valueCodecs: Readonly<Record<ParameterType, Codec<never>>> = {
  int: int32 as Codec<never>,
  uint: uint32 as Codec<never>,
  llong: int64 as Codec<never>,
  ullong: uint64 as Codec<never>,
  double: double as Codec<never>,
  boolean: flag as Codec<never>,
  string: text as Codec<never>,
};

const entry: Codec<readonly [string, TypedParameter]> = {
  read(from) {
    const name = from.string(nameMax);
    const number = from.int32();
    const type = types[number - 1];
    if (type === undefined) throw new LibvirtError('protocol', `no parameter type has the number ${number}`);
    return [name, { type, value: valueCodecs[type].read(from) }];
  },
  write(to, [name, { type, value }]) {
    text.write(to, name);
    to.int32(types.indexOf(type) + 1);
    valueCodecs[type].write(to, value as never);
  },
};

/** Typed parameters, at most `max` of them. @see libvirt src/remote/remote_protocol.x:remote_typed_param */
export function parameters(max: number): Codec<TypedParameters> {
  return mapped(list(entry, max), byName, Object.entries<TypedParameter>);
}

/** @throws LibvirtError `protocol` for a name that is there twice: which of the two holds nobody can tell */
function byName(entries: readonly (readonly [string, TypedParameter])[]): TypedParameters {
  const values: TypedParameters = Object.fromEntries(entries);
  if (Object.keys(values).length === entries.length) return values;
  const names = new Set<string>();
  for (const [name] of entries) {
    if (names.has(name)) throw new LibvirtError('protocol', `the parameter '${name}' is there twice`);
    names.add(name);
  }
  return values;
}
