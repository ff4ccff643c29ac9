import { int32, nothing, present, struct, text, uint32 } from '../codec.ts';
import { domain } from '../domain-codec.ts';
import { parameters } from '../parameter-codec.ts';
import { procedure } from './procedure.ts';

const scheduler = parameters(16);
const blockIoTune = parameters(32);
const interfaceParameters = parameters(16);
const memory = parameters(16);
const blkio = parameters(16);
const domainQuery = struct({ domain, nparams: int32, flags: uint32 });

/** Procedures with typed parameters. Getters of devices take `nparams` 0 to be told how many there are. */
export const tuningProcedures = {
  schedulerType: procedure(56, 'DOMAIN_GET_SCHEDULER_TYPE', domain, struct({ type: text, nparams: int32 })),
  getScheduler: procedure(
    57,
    'DOMAIN_GET_SCHEDULER_PARAMETERS',
    struct({ domain, nparams: int32 }),
    scheduler,
  ),
  setScheduler: procedure(
    58,
    'DOMAIN_SET_SCHEDULER_PARAMETERS',
    struct({ domain, params: scheduler }),
    nothing,
  ),
  setSchedulerFlags: procedure(
    219,
    'DOMAIN_SET_SCHEDULER_PARAMETERS_FLAGS',
    struct({ domain, params: scheduler, flags: uint32 }),
    nothing,
  ),
  getSchedulerFlags: procedure(
    223,
    'DOMAIN_GET_SCHEDULER_PARAMETERS_FLAGS',
    struct({ domain, nparams: int32, flags: uint32 }),
    scheduler,
  ),
  setMemory: procedure(
    197,
    'DOMAIN_SET_MEMORY_PARAMETERS',
    struct({ domain, params: memory, flags: uint32 }),
    nothing,
  ),
  getMemory: procedure(
    198,
    'DOMAIN_GET_MEMORY_PARAMETERS',
    domainQuery,
    struct({ params: memory, nparams: int32 }),
  ),
  setBlkio: procedure(
    205,
    'DOMAIN_SET_BLKIO_PARAMETERS',
    struct({ domain, params: blkio, flags: uint32 }),
    nothing,
  ),
  getBlkio: procedure(
    206,
    'DOMAIN_GET_BLKIO_PARAMETERS',
    domainQuery,
    struct({ params: blkio, nparams: int32 }),
  ),
  setBlockIoTune: procedure(
    252,
    'DOMAIN_SET_BLOCK_IO_TUNE',
    struct({ domain, device: text, params: blockIoTune, flags: uint32 }),
    nothing,
  ),
  getBlockIoTune: procedure(
    253,
    'DOMAIN_GET_BLOCK_IO_TUNE',
    struct({ domain, device: present(text), nparams: int32, flags: uint32 }),
    struct({ params: blockIoTune, nparams: int32 }),
  ),
  setInterface: procedure(
    256,
    'DOMAIN_SET_INTERFACE_PARAMETERS',
    struct({ domain, device: text, params: interfaceParameters, flags: uint32 }),
    nothing,
  ),
  getInterface: procedure(
    257,
    'DOMAIN_GET_INTERFACE_PARAMETERS',
    struct({ domain, device: text, nparams: int32, flags: uint32 }),
    struct({ params: interfaceParameters, nparams: int32 }),
  ),
} as const;
