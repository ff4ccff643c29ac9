import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CaptureSource } from '../../src/host/capture-source.ts';
import { namesIn, projectFolder } from './corpus.ts';

/** Captured hosts of the project, each as its files by their path. */
export const capturedFolders: readonly string[] = [
  'test/workflow/captured/trixie',
  'test/workflow/captured/trixie-ovs-restarted',
  'test/workflow/captured/bookworm',
  'test/workflow/captured/bookworm-v1',
  'test/cli/captured/h2b-basic-noparent',
  'test/cli/captured/h3-pve-hook',
  'test/cli/captured/i1-ifb',
  'test/cli/captured/i3-htb-tree',
  'test/cli/captured/t3-hfsc',
];

/** What a command has printed, in a capture. */
export interface SavedCommand {
  readonly argv: readonly string[];
  readonly stdout?: readonly string[];
}

/** The parts of a captured host by their path. */
export function partsOf(folder: string): ReadonlyMap<string, string> {
  const names = namesIn(folder);
  return new Map(names.map(name => [name, readFileSync(join(projectFolder, folder, name), 'utf8')]));
}

/** Everything that was printed by commands whose line fits, in all captured hosts; each text once. */
export function printedBy(pattern: RegExp): readonly string[] {
  const texts = capturedFolders.flatMap(folder => {
    const saved = partsOf(folder).get('commands.json') ?? '[]';
    return (JSON.parse(saved) as readonly SavedCommand[])
      .filter(({ argv }) => pattern.test(argv.join(' ')))
      .map(({ stdout = [] }) => stdout.join('\n'));
  });
  return [...new Set(texts)].filter(text => text.trim() !== '');
}

/** A capture that is in memory. */
export function sourceOf(name: string, parts: ReadonlyMap<string, string>): CaptureSource {
  return {
    name,
    read: path => parts.get(path),
    list: path => {
      const below = [...parts.keys()].filter(key => key.startsWith(`${path}/`));
      return [...new Set(below.map(key => key.slice(path.length + 1).split('/')[0] ?? ''))].sort();
    },
  };
}
