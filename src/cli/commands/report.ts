import { type AuditOutputOptions, printAudit } from '../audit-output.ts';
import { readSavedAudit } from '../saved-audit.ts';
import { type Loudness, processTerminal } from '../terminal.ts';

/** `virt-quota report`: an audit that was saved, in another format. What it found is not in the exit code. */
export async function report(file: string, options: AuditOutputOptions & Loudness): Promise<void> {
  const { head, reports } = await readSavedAudit(file);
  await printAudit(reports, head, options, processTerminal(options));
}
