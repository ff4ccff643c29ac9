import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The project's folder, whether this was compiled or not. */
export const projectFolder = findProject(import.meta.dirname);

/** Longest file that inputs are made from, in bytes: what is read a million times must be short. */
const LONGEST = 200_000;

/** The texts of all files below some folders of the project whose path fits. */
export function filesIn(folders: readonly string[], pattern: RegExp): readonly string[] {
  return folders.flatMap(folder => namesIn(folder, pattern).map(name => textOf(join(folder, name))));
}

/** The text of a file of the project. */
export function textOf(path: string): string {
  return readFileSync(join(projectFolder, path), 'utf8');
}

/** Paths below a folder of the project, relative to it, sorted. */
export function namesIn(folder: string, pattern = /./): readonly string[] {
  const top = join(projectFolder, folder);
  return readdirSync(top, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(top.length + 1))
    .filter(name => pattern.test(name) && readFileSync(join(top, name)).length <= LONGEST)
    .sort();
}

function findProject(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  return findProject(dirname(folder));
}
