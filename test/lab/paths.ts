import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** The top of the checkout, found from the sources as well as from their compiled form in `dist`. */
export const projectFolder = findProject(import.meta.dirname);

/** The lab's own folder in the checkout, where the files for the guest are. */
export const labFolder = join(projectFolder, 'test', 'lab');

/** Where images, snapshots and running instances are kept: `$XDG_CACHE_HOME/virt-quota/lab`. */
export function cacheFolder(): string {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(base, 'virt-quota', 'lab');
}

function findProject(folder: string): string {
  if (existsSync(join(folder, 'package-lock.json'))) return folder;
  return findProject(dirname(folder));
}
