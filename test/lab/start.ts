import { constants } from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import { type Accelerator, chosenAccelerator } from './accelerator.ts';
import { Hypervisor } from './hypervisor.ts';
import { ensureImage, type Image } from './image.ts';
import { onInterrupt } from './interrupt.ts';
import { type Kind, kinds, parseKind } from './kinds.ts';
import { LabError } from './lab-error.ts';
import { startMachine } from './machine.ts';
import { cacheFolder } from './paths.ts';
import { findPlace, makePlace, type Purpose, removePlace } from './place.ts';
import { say, step } from './progress.ts';
import { bringProject } from './project.ts';
import { ensureSnapshot } from './snapshot.ts';
import { requireSpace } from './space.ts';

/** The variable by which `lab test` names the hypervisor that a suite shall use. */
export const placeVariable = 'VIRT_QUOTA_LAB_PLACE';

/** The variable that names the kind a suite runs in, when it has to start its own hypervisor. */
export const kindVariable = 'VIRT_QUOTA_LAB_KIND';

/**
 * A hypervisor for a suite file: the one that `npm run lab -- test` keeps ready for all of them, or else one of its
 * own, of the kind in `VIRT_QUOTA_LAB_KIND` (`trixie` when unset). To be released with {@link releaseHypervisor}.
 */
export async function labHypervisor(): Promise<Hypervisor> {
  const shared = process.env[placeVariable];
  if (!shared) return startHypervisor(parseKind(process.env[kindVariable] || 'trixie'));
  const place = findPlace(shared);
  if (!place) throw new LabError('failed', `the hypervisor "${shared}" is gone`);
  return Hypervisor.connect(place);
}

/** Leaves the shared hypervisor, or ends the suite's own. */
export async function releaseHypervisor(hypervisor: Hypervisor): Promise<void> {
  if (hypervisor.place.name === process.env[placeVariable]) hypervisor.disconnect();
  else await hypervisor.stop();
}

/**
 * Starts a hypervisor with this checkout's build in it: a few seconds when its image and snapshot are in the cache,
 * minutes when they have to be made.
 *
 * @param purpose - `test` (when absent): ends with this program at the latest. `up`: lives on.
 * @throws LabError
 */
export async function startHypervisor(kind: Kind, purpose: Purpose = 'test'): Promise<Hypervisor> {
  const accelerator = chosenAccelerator();
  const image = await ensureImage(kinds[kind].suite);
  const snapshot = await ensureSnapshot(kind, image, accelerator);
  const start = { kind, purpose, accelerator, image, snapshot };
  return step(kind, 'starting', () => restore(start)).catch(async error => {
    if (!(error instanceof SnapshotError)) throw error;
    say(kind, `${error.message}: making the snapshot anew`);
    await rm(snapshot, { force: true });
    await ensureSnapshot(kind, image, accelerator);
    return step(kind, 'starting', () => restore(start));
  });
}

/** QEMU did not take the snapshot. */
class SnapshotError extends LabError {}

interface Start {
  readonly kind: Kind;
  readonly purpose: Purpose;
  readonly accelerator: Accelerator;
  readonly image: Image;
  readonly snapshot: string;
}

async function restore({ kind, purpose, accelerator, image, snapshot }: Start): Promise<Hypervisor> {
  await requireSpace(cacheFolder(), 1024);
  const place = await makePlace({ kind, purpose, accelerator, image: image.hash });
  const forget = onInterrupt(() => removePlace(place));
  try {
    await copyFile(snapshot, place.disk, constants.COPYFILE_FICLONE);
    const machine = { kind, image, accelerator, place, restore: true, outlive: purpose === 'up' };
    await startMachine(machine).catch((cause: Error) => {
      throw new SnapshotError('failed', cause.message, { cause });
    });
    const hypervisor = await Hypervisor.connect(place);
    // Its clock still shows when the snapshot was made.
    await hypervisor.shell(`date --set=@${(Date.now() / 1000).toFixed(3)} >/dev/null`);
    await bringProject(hypervisor);
    if (purpose === 'up') forget();
    return hypervisor;
  } catch (error) {
    forget();
    await removePlace(place);
    throw error;
  }
}
