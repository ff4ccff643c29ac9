import type { AffectOptions, Domain } from './domain.ts';
import { LibvirtError } from './error.ts';
import { affectFlags } from './flags.ts';
import { stringOkay } from './parameter-codec.ts';
import type { Procedure } from './procedures/procedure.ts';
import { tuningProcedures } from './procedures/tuning.ts';
import type { Rpc } from './rpc.ts';
import { exactParameters, type TypedParameters, type TypedParametersInput } from './typed-parameters.ts';

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
  /** `hard_limit`, `soft_limit`, `swap_hard_limit` in KiB; 9007199254740991 is "no limit". */
  getMemoryParameters(domain: Domain, options?: AffectOptions): Promise<TypedParameters>;
  setMemoryParameters(
    domain: Domain,
    parameters: TypedParametersInput,
    options?: AffectOptions,
  ): Promise<void>;
  /** `weight`, and `device_…` of host devices as text: `path,value[,path,value]…`, where 0 takes a limit away. */
  getBlkioParameters(domain: Domain, options?: AffectOptions): Promise<TypedParameters>;
  setBlkioParameters(
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

/** {@link TuningCalls} over a line. */
export function tuningCalls(rpc: Rpc): TuningCalls {
  return { ...schedulerCalls(rpc), ...resourceCalls(rpc), ...deviceCalls(rpc) };
}

type SchedulerCalls = Pick<TuningCalls, 'getSchedulerParameters' | 'setSchedulerParameters'>;

function schedulerCalls(rpc: Rpc): SchedulerCalls {
  return {
    async getSchedulerParameters(domain, options = {}) {
      const { nparams } = await rpc.call(tuningProcedures.schedulerType, domain, options);
      const flags = affectFlags(options);
      if (flags === 0) return rpc.call(tuningProcedures.getScheduler, { domain, nparams }, options);
      const query = { domain, nparams, flags: flags | stringOkay };
      return rpc.call(tuningProcedures.getSchedulerFlags, query, options);
    },
    async setSchedulerParameters(domain, parameters, options = {}) {
      const flags = affectFlags(options);
      const request = { domain, params: exactParameters(parameters) };
      if (flags === 0) return rpc.call(tuningProcedures.setScheduler, request, options);
      return rpc.call(tuningProcedures.setSchedulerFlags, { ...request, flags }, options);
    },
  };
}

type ResourceCalls = Pick<
  TuningCalls,
  'getMemoryParameters' | 'setMemoryParameters' | 'getBlkioParameters' | 'setBlkioParameters'
>;

function resourceCalls(rpc: Rpc): ResourceCalls {
  const { getMemory, setMemory, getBlkio, setBlkio } = tuningProcedures;
  const set =
    (procedure: typeof setMemory | typeof setBlkio): ResourceCalls['setMemoryParameters'] =>
    async (domain, parameters, options = {}) => {
      const request = { domain, params: exactParameters(parameters), flags: affectFlags(options) };
      await rpc.call(procedure, request, options);
    };
  return {
    getMemoryParameters: (domain, options) => getCounted(rpc, getMemory, { domain }, options),
    setMemoryParameters: set(setMemory),
    getBlkioParameters: (domain, options) => getCounted(rpc, getBlkio, { domain }, options),
    setBlkioParameters: set(setBlkio),
  };
}

function deviceCalls(rpc: Rpc): Omit<TuningCalls, keyof SchedulerCalls | keyof ResourceCalls> {
  const { getBlockIoTune, setBlockIoTune, getInterface, setInterface } = tuningProcedures;
  return {
    getBlockIoTune: (domain, device, options) => getCounted(rpc, getBlockIoTune, { domain, device }, options),
    async setBlockIoTune(domain, device, parameters, options = {}) {
      const request = { domain, device, params: exactParameters(parameters), flags: affectFlags(options) };
      await rpc.call(setBlockIoTune, request, options);
    },
    getInterfaceParameters: (domain, device, options) =>
      getCounted(rpc, getInterface, { domain, device }, options),
    async setInterfaceParameters(domain, device, parameters, options = {}) {
      const request = { domain, device, params: exactParameters(parameters), flags: affectFlags(options) };
      await rpc.call(setInterface, request, options);
    },
  };
}

/** Asked with 0 the server says how many there are, and only asked with that many it tells them. */
async function getCounted<Q extends { readonly domain: Domain }>(
  rpc: Rpc,
  procedure: Procedure<
    Q & { readonly nparams: number; readonly flags: number },
    { readonly params: TypedParameters; readonly nparams: number }
  >,
  subject: Q,
  options: AffectOptions = {},
): Promise<TypedParameters> {
  const query = { ...subject, flags: affectFlags(options) | stringOkay };
  const { nparams } = await rpc.call(procedure, { ...query, nparams: 0 }, options);
  if (nparams === 0) return {};
  if (nparams < 0) throw new LibvirtError('protocol', `the server says that there are ${nparams} parameters`);
  const { params } = await rpc.call(procedure, { ...query, nparams }, options);
  return params;
}
