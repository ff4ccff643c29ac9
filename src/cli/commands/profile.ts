import { setUpLines, tearDownLines } from '../../backend/htb-commands.ts';
import { htbTree } from '../../backend/htb-tree.ts';
import { hasErrors } from '../../diagnostics.ts';
import { QuotaError } from '../../errors.ts';
import { parseHostProfile } from '../../intent/host-profile.ts';
import { maxStructuredLength } from '../../intent/structured-text.ts';
import { renderHtbSvg } from '../../report/htb-tree-svg.ts';
import { renderHtbTree } from '../../report/htb-tree-text.ts';
import { readInput } from '../inputs.ts';
import { sayDiagnostics } from '../quota-input.ts';
import { type Loudness, processTerminal } from '../terminal.ts';

/** Options of `profile`. */
export interface ProfileOptions extends Loudness {
  readonly remove?: boolean;
  readonly format: 'tree' | 'tc' | 'svg' | 'json';
}

/** `virt-quota profile`. */
export async function profile(file: string, options: ProfileOptions): Promise<void> {
  const terminal = processTerminal(options);
  const name = file === '-' ? 'standard input' : `'${file}'`;
  const { profile: read, diagnostics } = parseHostProfile(
    await readInput(file, 4 * maxStructuredLength),
    name,
  );
  sayDiagnostics(diagnostics, terminal);
  if (hasErrors(diagnostics))
    throw new QuotaError('invalid-input', name, `${name} cannot be a host's profile`);
  const tree = htbTree(read);
  const lines = options.remove === true ? tearDownLines(tree) : setUpLines(tree);
  switch (options.format) {
    case 'tree':
      return terminal.out(renderHtbTree(tree, read, terminal.paint));
    case 'tc':
      return terminal.out(lines.map(words => `${words.join(' ')}\n`).join(''));
    case 'svg':
      return terminal.out(renderHtbSvg(tree, read));
    case 'json':
      return terminal.out(
        `${JSON.stringify({ schemaVersion: 1, profile: read, tree, tc: lines, diagnostics }, null, 2)}\n`,
      );
  }
}
