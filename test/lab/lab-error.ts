/** Why the lab cannot go on: called wrongly, something is missing on this machine, or the hypervisor failed. */
export type LabErrorCode = 'usage' | 'missing' | 'failed';

/** A problem whose message alone tells what to do; nobody needs its stack. */
export class LabError extends Error {
  override readonly name = 'LabError';
  readonly code: LabErrorCode;

  constructor(code: LabErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
