import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Suite } from './kinds.ts';
import { labFolder } from './paths.ts';

/** Everything that decides what a root file system holds. Same value, same image. */
export interface Recipe {
  readonly suite: Suite;
  readonly packages: readonly string[];
  readonly dpkgOptions: readonly string[];
  /** What apt is told, as lines of its configuration; nothing when absent. */
  readonly aptOptions?: readonly string[];
  /** Size of the root disk in MiB; it is sparse. */
  readonly diskMib: number;
  /** Our own files in the guest, by path below `/`. */
  readonly files: readonly RecipeFile[];
  /** The text of the script that turns the installed system into a disk. */
  readonly hook: string;
}

/** A file as it gets into the guest. */
export interface RecipeFile {
  readonly path: string;
  readonly executable: boolean;
  readonly text: string;
}

const packages = [
  ...[
    'systemd',
    'systemd-sysv',
    'systemd-container',
    'dbus',
    'udev',
    'kmod',
    'procps',
    'linux-image-cloud-amd64',
  ],
  ...['iproute2', 'libvirt-daemon-system', 'libvirt-daemon-driver-qemu', 'libvirt-clients'],
  ...['qemu-system-x86', 'qemu-utils', 'openvswitch-switch'],
];

const dpkgOptions = [
  'force-unsafe-io',
  'path-exclude=/usr/share/man/*',
  'path-exclude=/usr/share/doc/*',
  'path-exclude=/usr/share/locale/*',
  // One QEMU less that libvirt asks for its capabilities.
  'path-exclude=/usr/bin/qemu-system-i386',
];

/**
 * What apt is told for one release only. The Release file of a release in the making is good for a week, and mirrors that
 * lag have one that is older: apt would refuse it. Stable releases have no such date.
 */
const aptOptionsOf: Partial<Record<Suite, readonly string[]>> = {
  forky: ['Acquire::Check-Valid-Until "false"'],
};

/** The recipe of a release's root file system. */
export function recipeOf(suite: Suite): Recipe {
  const hook = readFileSync(join(labFolder, 'image-hook'), 'utf8');
  const aptOptions = aptOptionsOf[suite];
  const told = aptOptions && { aptOptions };
  return { suite, packages, dpkgOptions, ...told, diskMib: 4096, files: guestFiles(), hook };
}

/** The name of what a recipe makes: 16 hexadecimal digits. */
export function hashOf(recipe: Recipe): string {
  return createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 16);
}

function guestFiles(): RecipeFile[] {
  const top = join(labFolder, 'guest');
  return readdirSync(top, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .sort()
    .map(file => ({
      path: relative(top, file),
      executable: (statSync(file).mode & 0o100) !== 0,
      text: readFileSync(file, 'utf8'),
    }));
}
