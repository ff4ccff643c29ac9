import { randomBytes } from 'node:crypto';
import { lstatSync, readlinkSync } from 'node:fs';
import { readdir, unlink } from 'node:fs/promises';

/** By then whoever wrote it, in whatever container, has ended. */
const STALE_MS = 24 * 60 * 60 * 1000;
const RANDOM_BYTES = 16;

const DRAFT = /^\.virt-quota-(\d+)-(\d+)-[0-9a-f]{32}\.new$/;

/** What a file is called until it takes the place of another: nobody can guess it, and it says who writes it. */
export function draftName(): string {
  return `.virt-quota-${processNamespace()}-${process.pid}-${randomBytes(RANDOM_BYTES).toString('hex')}.new`;
}

/** Removes what processes of ours have left in a folder that were killed; what cannot be looked at stays. */
export async function removeStaleDrafts(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch((): string[] => [])) {
    if (isStale(folder, name)) await unlink(`${folder}/${name}`).catch(() => {});
  }
}

function isStale(folder: string, name: string): boolean {
  const [, namespace, pid] = DRAFT.exec(name) ?? [];
  if (pid === undefined) return false;
  const facts = lstatSync(`${folder}/${name}`, { throwIfNoEntry: false });
  if (facts === undefined || !facts.isFile() || facts.uid !== process.geteuid?.()) return false;
  const hasEnded = namespace === processNamespace() && !runs(Number(pid));
  return hasEnded || Date.now() - facts.mtimeMs > STALE_MS;
}

/** A number of a process means another one in a container. */
function processNamespace(): string {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
  } catch {
    return '0';
  }
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
