import { setUpLines, tearDownLines } from '../../backend/htb-commands.ts';
import { renderHtbPage } from '../../report/htb-tree-html.ts';
import { renderHtbSvg } from '../../report/htb-tree-svg.ts';
import { renderHtbTree } from '../../report/htb-tree-text.ts';
import { readProfile } from '../profile-input.ts';
import { type Loudness, processTerminal } from '../terminal.ts';

/** Options of `profile show`. */
export interface ProfileOptions extends Loudness {
  readonly remove?: boolean;
  readonly format: 'tree' | 'tc' | 'svg' | 'html' | 'json';
}

/** `virt-quota profile show`. */
export async function profile(file: string, options: ProfileOptions): Promise<void> {
  const terminal = processTerminal(options);
  const { profile: read, tree, diagnostics } = await readProfile(file, terminal);
  const lines = options.remove === true ? tearDownLines(tree) : setUpLines(tree);
  switch (options.format) {
    case 'tree':
      return terminal.out(renderHtbTree(tree, read, terminal.paint));
    case 'tc':
      return terminal.data(lines.map(words => `${words.join(' ')}\n`).join(''));
    case 'svg':
      return terminal.data(renderHtbSvg(tree, read));
    case 'html':
      return terminal.data(renderHtbPage(tree, read));
    case 'json':
      return terminal.out(
        `${JSON.stringify({ schemaVersion: 1, profile: read, tree, tc: lines, diagnostics }, null, 2)}\n`,
      );
  }
}
