import { QuotaError } from '../errors.ts';
import type { HostCommand } from '../plan/host-plan.ts';
import { HostReadError, type HostWriter } from '../ports/host.ts';

/**
 * Runs one command that writes.
 *
 * @param subject what is written to, as messages call it
 * @throws QuotaError `refused` with what it said, when it fails or cannot be run
 */
export async function runWrite(hostWriter: HostWriter, subject: string, command: HostCommand): Promise<void> {
  const { argv, input } = command;
  const { exitCode, stderr } = await hostWriter.run(argv, input).catch(error => {
    throw error instanceof HostReadError ? refused(subject, error.message, error) : error;
  });
  if (exitCode === 0) return;
  const lines = stderr.trim().split('\n');
  // Open vSwitch's programs log before they say what is wrong.
  const why = lines.find(line => !/\|(?:INFO|WARN|ERR)\|/.test(line)) ?? lines[0] ?? '';
  throw refused(
    subject,
    `'${failed(command, stderr)}' failed: ${why.slice(0, 200) || `exit status ${exitCode}`}`,
  );
}

/** The program; of a batch of tc, which tells the number of the line that it did not get over, that line. */
function failed({ argv: [program = ''], input = '' }: HostCommand, stderr: string): string {
  const line = /^Command failed -:(\d{1,6})$/m.exec(stderr)?.[1];
  const words = line === undefined ? undefined : input.split('\n')[Number(line) - 1];
  return words === undefined ? program : `${program} ${words}`;
}

function refused(subject: string, why: string, cause?: unknown): QuotaError {
  return new QuotaError('refused', subject, `${subject}: ${why}`, { cause });
}
