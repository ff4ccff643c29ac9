import { readdir, readlink } from 'node:fs/promises';

const PROCESS = /^[1-9]\d{0,9}$/;

/** The process that has a file open, other than by a lock's own look at it; undefined: it cannot be seen. */
export async function holderOf(file: string, ownDescriptor: number): Promise<number | undefined> {
  const processes = (await readdir('/proc').catch(() => [])).filter(name => PROCESS.test(name));
  for (const pid of processes) {
    const own = Number(pid) === process.pid ? String(ownDescriptor) : '';
    if (await hasOpen(pid, file, own)) return Number(pid);
  }
  return undefined;
}

async function hasOpen(pid: string, file: string, except: string): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  const descriptors = (await readdir(folder).catch(() => [])).filter(name => name !== except);
  const targets = await Promise.all(descriptors.map(name => readlink(`${folder}/${name}`).catch(() => '')));
  return targets.includes(file);
}
