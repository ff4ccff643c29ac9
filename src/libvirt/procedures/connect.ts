import { flag, int32, list, nothing, optional, struct, text, uint32, uint64 } from '../codec.ts';
import { procedure } from './procedure.ts';

const authTypesMax = 20;

/** Procedures about the connection itself. */
export const connectProcedures = {
  open: procedure(1, 'CONNECT_OPEN', struct({ name: optional(text), flags: uint32 }), nothing),
  close: procedure(2, 'CONNECT_CLOSE', nothing, nothing),
  type: procedure(3, 'CONNECT_GET_TYPE', nothing, text),
  version: procedure(4, 'CONNECT_GET_VERSION', nothing, uint64),
  capabilities: procedure(7, 'CONNECT_GET_CAPABILITIES', nothing, text),
  hostname: procedure(59, 'CONNECT_GET_HOSTNAME', nothing, text),
  supportsFeature: procedure(60, 'CONNECT_SUPPORTS_FEATURE', int32, flag),
  authList: procedure(66, 'AUTH_LIST', nothing, list(int32, authTypesMax)),
  authPolkit: procedure(70, 'AUTH_POLKIT', nothing, flag),
  uri: procedure(110, 'CONNECT_GET_URI', nothing, text),
  libVersion: procedure(157, 'CONNECT_GET_LIB_VERSION', nothing, uint64),
} as const;
