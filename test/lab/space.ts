import { mkdir, statfs } from 'node:fs/promises';
import { LabError } from './lab-error.ts';

/**
 * Makes sure that a folder is there with this much room, in MiB, before minutes are spent on filling it.
 *
 * @throws LabError `missing`
 */
export async function requireSpace(folder: string, mib: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { bavail, bsize } = await statfs(folder);
  const free = Math.floor((bavail * bsize) / 2 ** 20);
  if (free < mib) throw new LabError('missing', `${folder} has ${free} MiB free, and ${mib} MiB are needed`);
}
