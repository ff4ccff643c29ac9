import type { CallOptions } from './domain.ts';

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
