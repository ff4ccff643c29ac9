import { LibvirtError } from './error.ts';
import { stringMax, type XdrReader, type XdrWriter } from './xdr.ts';

/** How a value of one type is written to the wire and read from it. */
export interface Codec<Value> {
  /** @throws LibvirtError `protocol` */
  read(reader: XdrReader): Value;
  /** @throws LibvirtError `unsupported` when the wire cannot carry it. */
  write(writer: XdrWriter, value: Value): void;
}

/** No bytes at all. */
export const nothing: Codec<void> = { read() {}, write() {} };

export const int32: Codec<number> = { read: from => from.int32(), write: (to, value) => to.int32(value) };
export const uint32: Codec<number> = { read: from => from.uint32(), write: (to, value) => to.uint32(value) };
export const int64: Codec<bigint> = { read: from => from.int64(), write: (to, value) => to.int64(value) };
export const uint64: Codec<bigint> = { read: from => from.uint64(), write: (to, value) => to.uint64(value) };
export const double: Codec<number> = { read: from => from.double(), write: (to, value) => to.double(value) };
/** libvirt's truth is an int: everything but 0. */
export const flag: Codec<boolean> = {
  read: from => from.int32() !== 0,
  write: (to, value) => to.int32(value ? 1 : 0),
};
/** A string that is there. */
export const text: Codec<string> = {
  read: from => from.string(stringMax),
  write: (to, value) => to.string(value, stringMax),
};

/** A text of an error: in whatever encoding the daemon's system has, it is told. */
export const message: Codec<string> = {
  read: from => from.message(stringMax),
  write: (to, value) => to.string(value, stringMax),
};

/** An XDR pointer: the value, or undefined. */
export function optional<Value>(codec: Codec<Value>): Codec<Value | undefined> {
  return {
    read(from) {
      const present = from.uint32();
      if (present > 1) throw new LibvirtError('protocol', `${present} where 0 or 1 must be`);
      return present === 1 ? codec.read(from) : undefined;
    },
    write(to, value) {
      to.uint32(value === undefined ? 0 : 1);
      if (value !== undefined) codec.write(to, value);
    },
  };
}

/** An XDR pointer that must not be empty. */
export function present<Value>(codec: Codec<Value>): Codec<Value> {
  const pointer = optional(codec);
  return {
    read(from) {
      const value = pointer.read(from);
      if (value === undefined) throw new LibvirtError('protocol', 'nothing where a value must be');
      return value;
    },
    write: (to, value) => pointer.write(to, value),
  };
}

/** A counted array of at most `max`. */
export function list<Value>(codec: Codec<Value>, max: number): Codec<readonly Value[]> {
  return {
    read(from) {
      // Not allocated beforehand: a lying count ends at the end of the message.
      const values: Value[] = [];
      for (let left = from.count(max); left > 0; left -= 1) values.push(codec.read(from));
      return values;
    },
    write(to, values) {
      to.count(values.length, max);
      for (const value of values) codec.write(to, value);
    },
  };
}

/** Another view of what a codec carries. */
export function mapped<Wire, Value>(
  codec: Codec<Wire>,
  toValue: (wire: Wire) => Value,
  toWire: (value: Value) => Wire,
): Codec<Value> {
  return {
    read: from => toValue(codec.read(from)),
    write: (to, value) => codec.write(to, toWire(value)),
  };
}

type Fields = Readonly<Record<string, Codec<never> | Codec<unknown>>>;
// biome-ignore lint/suspicious/noExplicitAny: inference from a codec in either direction
type ValueOf<C> = C extends Codec<infer Value> ? Value : any;
type OptionalKeys<F extends Fields> = {
  [K in keyof F]: undefined extends ValueOf<F[K]> ? K : never;
}[keyof F];

/** The record that {@link struct} carries; what may be absent is a key that may be left out. */
export type StructValue<F extends Fields> = {
  readonly [K in Exclude<keyof F, OptionalKeys<F>>]: ValueOf<F[K]>;
} & { readonly [K in OptionalKeys<F>]?: Exclude<ValueOf<F[K]>, undefined> };

/** Fields one after the other, in the order of the record. */
export function struct<F extends Fields>(fields: F): Codec<StructValue<F>> {
  const entries = Object.entries(fields) as [string, Codec<unknown>][];
  return {
    read(from) {
      const result: Record<string, unknown> = {};
      for (const [name, codec] of entries) {
        const value = codec.read(from);
        if (value !== undefined) result[name] = value;
      }
      return result as StructValue<F>;
    },
    write(to, value) {
      for (const [name, codec] of entries) codec.write(to, (value as Record<string, unknown>)[name]);
    },
  };
}
