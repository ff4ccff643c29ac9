import { stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Where programs are looked for: administration tools are not in everybody's path. */
export function searchPath(): string {
  // An empty part would stand for the current folder.
  const own = (process.env.PATH ?? '').split(delimiter).filter(folder => folder !== '');
  return [...own, '/usr/sbin', '/sbin', '/usr/bin', '/bin'].join(delimiter);
}

/** Something that is another one when a program has become another file; undefined: there is no such program. */
export async function programStamp(program: string): Promise<string | undefined> {
  for (const folder of searchPath().split(delimiter)) {
    const file = join(folder, program);
    const found = await stat(file).catch(() => undefined);
    if (found?.isFile()) return [file, found.dev, found.ino, found.size, found.mtimeMs].join(' ');
  }
  return undefined;
}
