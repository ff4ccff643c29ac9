import type { CallOptions } from './domain.ts';
import { LibvirtError } from './error.ts';
import { connectProcedures } from './procedures/connect.ts';
import type { Rpc } from './rpc.ts';

/** Calls about the host and the daemon. All throw LibvirtError. */
export interface ConnectCalls {
  /** The driver's name: `QEMU`, `TEST`, … */
  type(options?: CallOptions): Promise<string>;
  /** Version of the libvirt that answers: 9.0.0 is 9000000. */
  libVersion(options?: CallOptions): Promise<number>;
  /** Version of the hypervisor: QEMU 7.2.0 is 7002000. */
  hypervisorVersion(options?: CallOptions): Promise<number>;
  hostname(options?: CallOptions): Promise<string>;
  /** The URI as the server understands it. */
  uri(options?: CallOptions): Promise<string>;
  /** `<capabilities>` XML. */
  capabilities(options?: CallOptions): Promise<string>;
}

/** {@link ConnectCalls} over a line. */
export function connectCalls(rpc: Rpc): ConnectCalls {
  return {
    type: options => rpc.call(connectProcedures.type, undefined, options),
    libVersion: async options => safe(await rpc.call(connectProcedures.libVersion, undefined, options)),
    hypervisorVersion: async options => safe(await rpc.call(connectProcedures.version, undefined, options)),
    hostname: options => rpc.call(connectProcedures.hostname, undefined, options),
    uri: options => rpc.call(connectProcedures.uri, undefined, options),
    capabilities: options => rpc.call(connectProcedures.capabilities, undefined, options),
  };
}

/** A 64-bit number of the wire as an ordinary one. @throws LibvirtError `unsupported` beyond 2^53 - 1. */
export function safe(value: bigint): number {
  if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
  throw new LibvirtError('unsupported', `${value} is beyond the integers that a number holds`);
}
