import { isVirError, LibvirtError, virErrorCode } from './error.ts';
import type { KeepaliveOptions } from './keepalive.ts';
import { connectProcedures } from './procedures/connect.ts';
import type { Rpc } from './rpc.ts';

/** `remote_auth_type`. */
const authType = { none: 0, sasl: 1, polkit: 2 } as const;
/** `VIR_DRV_FEATURE_PROGRAM_KEEPALIVE`; the one feature that may be asked for before CONNECT_OPEN. */
const keepaliveFeature = 10;
/** `VIR_CONNECT_RO`. */
const readOnlyFlag = 1;
/** Connecting has its own limit, for all of it. */
const unhurried = { timeoutMs: 0 };

/** What is agreed upon before the first call. */
export interface LoginRequest {
  /** For CONNECT_OPEN. */
  readonly name: string;
  readonly readOnly: boolean;
  readonly keepalive: KeepaliveOptions | false;
}

/**
 * Makes a fresh line usable: authentication, keepalive, open.
 * @throws LibvirtError `unsupported` when only SASL would do, and all that a call throws.
 * @see libvirt src/remote/remote_driver.c:doRemoteOpen, remoteAuthenticate
 */
export async function logIn(rpc: Rpc, { name, readOnly, keepalive }: LoginRequest): Promise<void> {
  await authenticate(rpc);
  // Asking tells the server to ping us as well, so only who wants keepalive may ask.
  if (
    keepalive !== false &&
    (await rpc.call(connectProcedures.supportsFeature, keepaliveFeature, unhurried))
  ) {
    rpc.startKeepalive(keepalive);
  }
  await rpc.call(connectProcedures.open, { name, flags: readOnly ? readOnlyFlag : 0 }, unhurried);
}

async function authenticate(rpc: Rpc): Promise<void> {
  const types = await authTypes(rpc);
  if (types.length === 0 || types.includes(authType.none)) return;
  if (types.includes(authType.polkit)) {
    await rpc.call(connectProcedures.authPolkit, undefined, unhurried);
    return;
  }
  const wanted = types.includes(authType.sasl) ? 'SASL' : `type ${types.join(', ')}`;
  throw new LibvirtError(
    'unsupported',
    `the server wants authentication by ${wanted}, which is not supported`,
  );
}

async function authTypes(rpc: Rpc): Promise<readonly number[]> {
  try {
    return await rpc.call(connectProcedures.authList, undefined, unhurried);
  } catch (error) {
    if (isVirError(error, virErrorCode.noSupport)) return [];
    throw error;
  }
}
