import { join } from 'node:path';
import { Hypervisor } from '../hypervisor.ts';
import { type Kind, kinds } from '../kinds.ts';
import { withLock } from '../lock.ts';
import { cacheFolder } from '../paths.ts';
import { findPlace, livePlaces, removePlace } from '../place.ts';
import { step } from '../progress.ts';
import { bringProject } from '../project.ts';
import { hashOf, recipeOf } from '../recipe.ts';
import { startHypervisor } from '../start.ts';

/**
 * Starts hypervisors that live on, one of each kind; into those that are up already it brings the present build.
 * What was made by an older recipe is made anew.
 */
export async function up(wanted: readonly Kind[]): Promise<number> {
  await livePlaces();
  for (const kind of wanted) {
    const lock = join(cacheFolder(), 'run', `up-${kind}.lock`);
    const hypervisor = await withLock(lock, () => refreshed(kind));
    hypervisor.disconnect();
    process.stderr.write(`lab: ${kind} is up: npm run --silent lab -- run --kind ${kind} virsh list\n`);
  }
  return 0;
}

async function refreshed(kind: Kind): Promise<Hypervisor> {
  const place = findPlace(`up-${kind}`);
  if (place?.image !== hashOf(recipeOf(kinds[kind].suite))) {
    if (place) await removePlace(place);
    return startHypervisor(kind, 'up');
  }
  return step(kind, 'bringing in the build', async () => {
    const hypervisor = await Hypervisor.connect(place);
    await bringProject(hypervisor);
    return hypervisor;
  });
}
