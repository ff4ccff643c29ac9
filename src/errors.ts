/**
 * Why a call of this library could not do its work. What is wrong with *input* is not here: that is a
 * {@link Diagnostic}. The set is closed; `cli/exit-codes.ts` maps each kind to an exit code.
 */
export type QuotaErrorCode =
  /** A file or argument cannot be used at all (not JSON, too large, unknown option). */
  | 'invalid-input'
  /** No domain, disk or interface by that name. */
  | 'not-found'
  /** The hypervisor cannot be reached, or did not answer in time. */
  | 'unreachable'
  /** The hypervisor answered, and refused. */
  | 'refused'
  /** Another process is changing the same domain. */
  | 'locked'
  /** The host has changed since the plan was made. */
  | 'stale-plan'
  /** A limit was set, did not hold, and what was there before is back. */
  | 'rolled-back'
  /** A limit was set, did not hold, and what was there before could not be put back. */
  | 'rollback-failed'
  /** Our bug. */
  | 'internal';

/** A problem that stops the work. */
export class QuotaError extends Error {
  override readonly name = 'QuotaError';
  readonly code: QuotaErrorCode;
  /** What it is about: a file, a domain, a URI, an extra spec. */
  readonly subject: string;

  constructor(code: QuotaErrorCode, subject: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.subject = subject;
  }
}
