import { QuotaError } from '../errors.ts';
import type { HostCommand } from '../plan/host-plan.ts';
import { HostReadError, type HostWriter } from '../ports/host.ts';

/**
 * Runs one command that writes.
 *
 * @param subject what is written to, as messages call it
 * @throws QuotaError `refused` with what it said, when it fails or cannot be run
 */
export async function runWrite(
  hostWriter: HostWriter,
  subject: string,
  { argv, input }: HostCommand,
): Promise<void> {
  const { exitCode, stderr } = await hostWriter.run(argv, input).catch(error => {
    throw error instanceof HostReadError ? refused(subject, error.message, error) : error;
  });
  if (exitCode === 0) return;
  const why = stderr.trim().split('\n')[0] ?? '';
  throw refused(subject, `'${argv[0]}' failed: ${why.slice(0, 200) || `exit status ${exitCode}`}`);
}

function refused(subject: string, why: string, cause?: unknown): QuotaError {
  return new QuotaError('refused', subject, `${subject}: ${why}`, { cause });
}
