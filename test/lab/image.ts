import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cached } from './cache.ts';
import { command } from './command.ts';
import { onInterrupt } from './interrupt.ts';
import type { Suite } from './kinds.ts';
import { cacheFolder } from './paths.ts';
import { step } from './progress.ts';
import { hashOf, type Recipe, recipeOf } from './recipe.ts';
import { requireSpace } from './space.ts';

/** A root file system that boots. Its files are never written to. */
export interface Image {
  /** Names the recipe it was made by. */
  readonly hash: string;
  readonly folder: string;
  /** The root disk, qcow2. */
  readonly disk: string;
  readonly kernel: string;
  readonly initrd: string;
}

const wanted = new Map<Suite, Promise<Image>>();

/**
 * The image of a Debian release: out of the cache, or installed with mmdebstrap from the distribution's mirror.
 * Needs no privileges where mmdebstrap can use user namespaces.
 *
 * @throws LabError when a program is missing or the installation fails.
 */
export function ensureImage(suite: Suite): Promise<Image> {
  const image = wanted.get(suite) ?? findOrBuild(suite);
  wanted.set(suite, image);
  return image;
}

async function findOrBuild(suite: Suite): Promise<Image> {
  const recipe = recipeOf(suite);
  const hash = hashOf(recipe);
  const folder = join(cacheFolder(), hash);
  await cached(folder, temporary =>
    step(suite, 'building the root file system', () => build(recipe, temporary)),
  );
  return {
    hash,
    folder,
    disk: join(folder, 'root.qcow2'),
    kernel: join(folder, 'vmlinuz'),
    initrd: join(folder, 'initrd.img'),
  };
}

/** On disk, unlike `/tmp` on many hosts, and open to everybody. */
const buildFolder = '/var/tmp';

/** How long an installation may take: two minutes when all is well, and a mirror that hardly answers shall not hold up CI. */
const installLimitMs = 900_000;

/** The root of a user namespace must be able to read and write here, which it cannot in a home directory. */
async function build(recipe: Recipe, folder: string): Promise<void> {
  await requireSpace(buildFolder, 3072);
  await requireSpace(cacheFolder(), 1024);
  const place = await mkdtemp(join(buildFolder, 'virt-quota-lab-'));
  const remove = () => rm(place, { recursive: true, force: true });
  const forget = onInterrupt(remove);
  try {
    await layOut(recipe, place);
    await command('mmdebstrap', mmdebstrapArguments(recipe, place), {
      limitMs: installLimitMs,
      env: { ...process.env, TMPDIR: buildFolder, LAB_BUILD: place, LAB_DISK_SIZE: `${recipe.diskMib}M` },
    });
    await keep(join(place, 'out'), folder);
  } finally {
    forget();
    await remove();
  }
}

async function layOut(recipe: Recipe, place: string): Promise<void> {
  await chmod(place, 0o755);
  await mkdir(join(place, 'out'));
  await chmod(join(place, 'out'), 0o777);
  await writeFile(join(place, 'hook'), recipe.hook);
  await chmod(join(place, 'hook'), 0o755);
  for (const file of recipe.files) {
    const path = join(place, 'files', file.path);
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    await writeFile(path, file.text);
    await chmod(path, file.executable ? 0o755 : 0o644);
  }
}

/** No mirror is named: mmdebstrap knows Debian's, and apt's proxy settings hold. */
function mmdebstrapArguments(recipe: Recipe, place: string): string[] {
  return [
    '--variant=minbase',
    '--format=null',
    `--include=${recipe.packages.join(',')}`,
    ...recipe.dpkgOptions.map(option => `--dpkgopt=${option}`),
    ...(recipe.aptOptions ?? []).map(option => `--aptopt=${option}`),
    `--customize-hook=${join(place, 'hook')}`,
    recipe.suite,
    '/dev/null',
  ];
}

async function keep(out: string, folder: string): Promise<void> {
  await mkdir(folder);
  const convert = ['convert', '-f', 'raw', '-O', 'qcow2', join(out, 'root.img'), join(folder, 'root.qcow2')];
  await command('qemu-img', convert);
  await command('cp', [join(out, 'vmlinuz'), join(out, 'initrd.img'), folder]);
}
