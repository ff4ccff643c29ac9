import type { AffectOptions, Domain } from './domain.ts';
import type { TypedParameters, TypedParametersInput } from './typed-parameters.ts';

/**
 * Limits of one domain. All throw LibvirtError. `live` together with `config` is legal when setting (not on the test
 * driver) and refused by libvirt when getting. A set that fails may be half done: libvirt takes parameters one by one.
 */
export interface TuningCalls {
  /** With neither `live` nor `config` the old call without flags is used, the only one the test driver has. */
  getSchedulerParameters(domain: Domain, options?: AffectOptions): Promise<TypedParameters>;
  setSchedulerParameters(
    domain: Domain,
    parameters: TypedParametersInput,
    options?: AffectOptions,
  ): Promise<void>;
  /** `disk`: target (`vda`) or source path. */
  getBlockIoTune(domain: Domain, disk: string, options?: AffectOptions): Promise<TypedParameters>;
  setBlockIoTune(
    domain: Domain,
    disk: string,
    parameters: TypedParametersInput,
    options?: AffectOptions,
  ): Promise<void>;
  /** `device`: MAC address, or host side name of a running domain (`vnet0`). */
  getInterfaceParameters(domain: Domain, device: string, options?: AffectOptions): Promise<TypedParameters>;
  setInterfaceParameters(
    domain: Domain,
    device: string,
    parameters: TypedParametersInput,
    options?: AffectOptions,
  ): Promise<void>;
}
