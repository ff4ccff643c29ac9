import { statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Where programs are looked for, whatever this process was started with: folders that only root writes to. */
const folders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin', '/usr/local/sbin', '/usr/local/bin'];

/** The same for the programs that those start. */
export const searchPath = folders.join(':');

/** The file of a program; undefined: there is none. */
export function programFile(program: string): string | undefined {
  if (program.includes('/')) return program;
  return folders
    .map(folder => join(folder, program))
    .find(file => statSync(file, { throwIfNoEntry: false })?.isFile() === true);
}

/** Something that is another one when a program has become another file; undefined: there is no such program. */
export async function programStamp(program: string): Promise<string | undefined> {
  for (const folder of folders) {
    const file = join(folder, program);
    const found = await stat(file).catch(() => undefined);
    if (found?.isFile()) return [file, found.dev, found.ino, found.size, found.mtimeMs].join(' ');
  }
  return undefined;
}
