import { z } from 'zod';
import type { Recorded } from './recorded.ts';

const names = z.array(z.string());

/**
 * How a capture says what has no text: names by the folder that they are not in (a list of whole paths in older ones),
 * and for what could not be read why.
 */
export const unreadSchema = z.object({
  absent: z.union([names, z.record(z.string(), names)]),
  unreadable: z.record(z.string(), z.string()),
});

/** What has no text, to be saved. */
export function unreadOf(recorded: ReadonlyMap<string, Recorded<unknown>>): z.infer<typeof unreadSchema> {
  const entries = [...recorded];
  return {
    absent: Object.fromEntries(byFolder(entries.flatMap(([path, one]) => ('absent' in one ? [path] : [])))),
    unreadable: Object.fromEntries(
      entries.flatMap(([path, one]) => ('error' in one ? [[path, one.error] as const] : [])),
    ),
  };
}

const gone = { absent: true } as const;

/** Looks up what has no text. Of a large host it is a hundred thousand names, the same few in very many folders. */
export function unreadIn({
  absent,
  unreadable,
}: z.infer<typeof unreadSchema>): (path: string) => Recorded<never> | undefined {
  const folders = new Map<string, ReadonlySet<string>>();
  const lists = new Map<string, ReadonlySet<string>>();
  for (const [folder, list] of Array.isArray(absent) ? byFolder(absent) : Object.entries(absent)) {
    const key = list.join('/');
    const known = lists.get(key) ?? new Set(list);
    lists.set(key, known);
    folders.set(folder, known);
  }
  const errors = new Map(Object.entries(unreadable));
  return path => {
    const [folder, name] = split(path);
    if (folders.get(folder)?.has(name)) return gone;
    const error = errors.get(path);
    return error === undefined ? undefined : { error };
  };
}

function byFolder(paths: readonly string[]): ReadonlyMap<string, string[]> {
  const folders = new Map<string, string[]>();
  for (const path of paths) {
    const [folder, name] = split(path);
    const list = folders.get(folder);
    if (list === undefined) folders.set(folder, [name]);
    else list.push(name);
  }
  return folders;
}

function split(path: string): readonly [folder: string, name: string] {
  const at = path.lastIndexOf('/');
  return [path.slice(0, Math.max(at, 1)), path.slice(at + 1)];
}
