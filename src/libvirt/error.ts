/** Why a call failed. */
export type LibvirtErrorKind =
  /** libvirt answered with an error; {@link LibvirtError.vir} has it. */
  | 'libvirt'
  /** No answer in time. The outcome of a call that writes is unknown: read before trying again. */
  | 'timeout'
  /** The connection ended before the answer came, or was already closed. */
  | 'closed'
  /** The other side sent something that is not libvirt's protocol. */
  | 'protocol'
  /** No connection: bad URI, no socket, refused, host or certificate not accepted. */
  | 'unreachable'
  /** The URI or the server wants something that this client does not have (SASL, `esx://`, …). */
  | 'unsupported';

/**
 * libvirt's own error, field by field as the server sent it; of a text longer than 4096 characters the beginning.
 * @see libvirt include/libvirt/virterror.h:virError
 */
export interface VirError {
  /** `virErrorNumber`; see {@link virErrorCode} for those that matter here. */
  readonly code: number;
  /** `virErrorDomain`: which part of libvirt; 10 is QEMU, 12 the test driver. */
  readonly domain: number;
  /** `virErrorLevel`: 1 warning, 2 error. */
  readonly level: number;
  /** Human text, perhaps translated: decide by `code`. */
  readonly message: string;
  readonly str1?: string;
  readonly str2?: string;
  readonly str3?: string;
  /** Extra numbers; -1 when not used. */
  readonly int1: number;
  readonly int2: number;
}

/** Error numbers of libvirt that callers decide by. @see libvirt include/libvirt/virterror.h:virErrorNumber */
export const virErrorCode = {
  internalError: 1,
  noSupport: 3,
  invalidArg: 8,
  operationFailed: 9,
  xmlError: 27,
  operationDenied: 29,
  xmlDetail: 35,
  systemError: 38,
  noDomain: 42,
  authFailed: 45,
  operationInvalid: 55,
  configUnsupported: 67,
  operationTimeout: 68,
  argumentUnsupported: 74,
  authCancelled: 79,
  noDomainMetadata: 80,
  operationUnsupported: 84,
  accessDenied: 88,
  dbusService: 89,
} as const;

/** Everything that this client throws. */
export class LibvirtError extends Error {
  override readonly name = 'LibvirtError';
  readonly kind: LibvirtErrorKind;
  /** Present exactly when `kind` is `libvirt`. */
  readonly vir?: VirError;

  constructor(kind: LibvirtErrorKind, message: string, options?: ErrorOptions & { readonly vir?: VirError }) {
    super(message, options);
    this.kind = kind;
    if (options?.vir) this.vir = options.vir;
  }
}

/** Whether it is libvirt's own answer with this number: `isVirError(error, virErrorCode.noDomain)`. */
export function isVirError(error: unknown, code: number): error is LibvirtError & { readonly vir: VirError } {
  return error instanceof LibvirtError && error.vir?.code === code;
}
