import { int32, message, optional, struct, text } from './codec.ts';
import { domain, uuid } from './domain-codec.ts';
import { LibvirtError } from './error.ts';
import type { XdrReader } from './xdr.ts';

/** `virNetMessageError`. @see libvirt src/rpc/virnetprotocol.x */
export const virErrorCodec = struct({
  code: int32,
  domain: int32,
  message: optional(message),
  level: int32,
  unusedDomain: optional(domain),
  str1: optional(message),
  str2: optional(message),
  str3: optional(message),
  int1: int32,
  int2: int32,
  unusedNetwork: optional(struct({ name: text, uuid })),
});

/** The error of a reply, ready to throw. @throws LibvirtError `protocol` */
export function readVirError(from: XdrReader): LibvirtError {
  const { message = 'unknown error', unusedDomain: _, unusedNetwork: __, ...rest } = virErrorCodec.read(from);
  return new LibvirtError('libvirt', message, { vir: { ...rest, message } });
}
