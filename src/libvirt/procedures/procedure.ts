import type { Codec } from '../codec.ts';

/** One remote procedure: its number and what goes over the wire in each direction. */
export interface Procedure<Args, Result> {
  /** `REMOTE_PROC_…`. */
  readonly number: number;
  /** The rest of that constant's name, for messages. */
  readonly name: string;
  readonly args: Codec<Args>;
  readonly result: Codec<Result>;
}

/** One entry of a table. @see libvirt src/remote/remote_protocol.x */
export function procedure<Args, Result>(
  number: number,
  name: string,
  args: Codec<Args>,
  result: Codec<Result>,
): Procedure<Args, Result> {
  return { number, name, args, result };
}
