import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Accelerator } from './accelerator.ts';
import type { Kind } from './kinds.ts';
import { cacheFolder } from './paths.ts';

/** What a hypervisor runs for: a user (`up`), one program (`test`), or the making of a snapshot (`build`). */
export type Purpose = 'up' | 'test' | 'build';

/** What is written down about a hypervisor, so that other programs find it. */
export interface PlaceRecord {
  readonly kind: Kind;
  readonly purpose: Purpose;
  readonly accelerator: Accelerator;
  /** Names the recipe of its root file system. */
  readonly image: string;
  /** The program that made it. */
  readonly owner: { readonly pid: number; readonly started: string };
  /** Where the sockets are: a short path, because that of a unix socket ends at 108 bytes. */
  readonly sockets: string;
}

/** The folder of one hypervisor, and what is in it. Nothing of it is in the cache proper. */
export interface Place extends PlaceRecord {
  readonly name: string;
  readonly folder: string;
  readonly disk: string;
  /** What the kernel and systemd wrote to the serial console. */
  readonly console: string;
  /** What QEMU wrote. */
  readonly log: string;
  readonly pid: string;
  readonly monitor: string;
  readonly ports: readonly string[];
}

/** Makes the folder of a new hypervisor. There is one to `up` per kind; of the others, any number. */
export async function makePlace(
  about: Pick<PlaceRecord, 'kind' | 'purpose' | 'accelerator' | 'image'>,
): Promise<Place> {
  const { kind, purpose, accelerator, image } = about;
  const name = purpose === 'up' ? `up-${kind}` : `${purpose}-${kind}-${process.pid}`;
  const folder = join(runFolder(), name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const owner = { pid: process.pid, started: startOf(process.pid) ?? '' };
  const sockets = await mkdtemp(join(tmpdir(), 'vqlab-'));
  const record: PlaceRecord = { kind, purpose, accelerator, image, owner, sockets };
  await writeFile(join(folder, 'hypervisor.json'), `${JSON.stringify(record)}\n`);
  return placeOf(name, record);
}

/** The folder of the hypervisor of that name; undefined when there is none. */
export function findPlace(name: string): Place | undefined {
  const path = join(runFolder(), name, 'hypervisor.json');
  if (!existsSync(path)) return undefined;
  return placeOf(name, JSON.parse(readFileSync(path, 'utf8')) as PlaceRecord);
}

/** The folders of all hypervisors, after those have been removed that a killed program left. */
export async function livePlaces(): Promise<readonly Place[]> {
  const names = existsSync(runFolder()) ? await readdir(runFolder(), { withFileTypes: true }) : [];
  const live: Place[] = [];
  for (const { name } of names.filter(entry => entry.isDirectory())) {
    const place = findPlace(name);
    const owned = place !== undefined && startOf(place.owner.pid) === place.owner.started;
    if (place && (owned || (place.purpose === 'up' && qemuPid(place) !== undefined))) live.push(place);
    else if (place) await removePlace(place);
    else await removeUnfinished(join(runFolder(), name));
  }
  return live;
}

/** Without a record a folder is either of a program that is making it just now, or of one that was killed then. */
async function removeUnfinished(folder: string): Promise<void> {
  const { mtimeMs } = await stat(folder);
  if (Date.now() - mtimeMs > 60_000) await rm(folder, { recursive: true, force: true });
}

/** Ends the QEMU of a hypervisor if it runs, and removes the folder. */
export async function removePlace(place: Place): Promise<void> {
  const pid = qemuPid(place);
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
  while (qemuPid(place) !== undefined) await sleep(10);
  await rm(place.sockets, { recursive: true, force: true });
  // An interrupted program may still be writing there.
  await rm(place.folder, { recursive: true, force: true, maxRetries: 10 });
}

/** The process id of a hypervisor's QEMU; undefined when it does not run. */
export function qemuPid(place: Place): number | undefined {
  const pid = readIfThere(place.pid)?.trim();
  // A dead process that is still to be waited for has an empty command line.
  const isOurs = pid && readIfThere(`/proc/${pid}/cmdline`)?.includes(place.pid);
  return isOurs ? Number(pid) : undefined;
}

/** The end of what the guest wrote to its console. */
export function consoleTail(place: Place, lines = 15): string {
  const text = readIfThere(place.console) ?? '';
  return text.split(/\r?\n/).slice(-lines).join('\n').trim();
}

function runFolder(): string {
  return join(cacheFolder(), 'run');
}

function placeOf(name: string, record: PlaceRecord): Place {
  const folder = join(runFolder(), name);
  return {
    ...record,
    name,
    folder,
    disk: join(folder, 'disk.qcow2'),
    console: join(folder, 'console.log'),
    log: join(folder, 'qemu.log'),
    pid: join(folder, 'qemu.pid'),
    monitor: join(record.sockets, 'monitor'),
    ports: [0, 1, 2, 3].map(n => join(record.sockets, `port${n}`)),
  };
}

/** When a process was started, in clock ticks since the host was; tells it from a later one with the same id. */
function startOf(pid: number): string | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
