import { type HtbTree, htbTree } from '../backend/htb-tree.ts';
import { type Diagnostic, hasErrors } from '../diagnostics.ts';
import { QuotaError } from '../errors.ts';
import { type HostProfile, parseHostProfile } from '../intent/host-profile.ts';
import { maxStructuredLength } from '../intent/structured-text.ts';
import { readInput } from './inputs.ts';
import { sayDiagnostics } from './quota-input.ts';
import type { Terminal } from './terminal.ts';

/** A profile that was read, and its tree. */
export interface ReadProfile {
  readonly profile: HostProfile;
  readonly tree: HtbTree;
  /** Warnings about it. */
  readonly diagnostics: readonly Diagnostic[];
}

/** A host's profile, with what is to be said about it said. @throws QuotaError `invalid-input` when it cannot be used */
export async function readProfile(file: string, terminal: Terminal): Promise<ReadProfile> {
  const name = file === '-' ? 'standard input' : `'${file}'`;
  const { profile, diagnostics } = parseHostProfile(await readInput(file, 4 * maxStructuredLength), name);
  sayDiagnostics(diagnostics, terminal);
  if (hasErrors(diagnostics))
    throw new QuotaError('invalid-input', name, `${name} cannot be a host's profile`);
  return { profile, tree: htbTree(profile), diagnostics };
}
