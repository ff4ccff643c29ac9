import type { Diagnostic } from '../diagnostics.ts';
import { selectorText, type VolumeIntent, type VolumeSelector } from '../intent/volume-intent.ts';
import type { DiskDefinition } from './definition.ts';
import { isVolume } from './volume.ts';

/** Which disk gets which volume's limits. */
export interface MatchedVolumes {
  /** By target. */
  readonly volumes: ReadonlyMap<string, VolumeIntent>;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Finds the disks that volumes are. One that is called by target, serial or source is whatever disk that is, with a
 * volume's serial or not; one without a selector is every volume that is left. None, several, and one disk twice are
 * errors: a limit must not go to the wrong disk.
 */
export function matchVolumes(
  disks: readonly DiskDefinition[],
  volumes: readonly VolumeIntent[],
): MatchedVolumes {
  const matched = new Map<string, VolumeIntent>();
  const diagnostics: Diagnostic[] = [];
  for (const volume of volumes) {
    const { selector } = volume;
    if (selector === undefined) continue;
    const path = selectorText(selector);
    const [disk, ...more] = disksOf(selector, disks);
    const earlier = disk && matched.get(disk.target);
    if (disk === undefined) diagnostics.push({ code: 'no-such-volume', severity: 'error', path });
    else if (more.length > 0) diagnostics.push(ambiguous(path, [disk, ...more]));
    else if (earlier !== undefined) diagnostics.push(twice(path, disk, earlier));
    else matched.set(disk.target, volume);
  }
  const others = volumes.find(one => one.selector === undefined);
  if (others === undefined) return { volumes: matched, diagnostics };
  const left = disks.filter(disk => isVolume(disk) && !matched.has(disk.target));
  for (const disk of left) matched.set(disk.target, others);
  const none: Diagnostic = { code: 'no-such-volume', severity: 'warning', path: selectorText(undefined) };
  return { volumes: matched, diagnostics: left.length > 0 ? diagnostics : [...diagnostics, none] };
}

/** Without a word for it, a disk's target comes first, then its serial, then its source. */
function disksOf({ by, value }: VolumeSelector, disks: readonly DiskDefinition[]): readonly DiskDefinition[] {
  if (by !== 'any') return disks.filter(disk => isCalled(disk, by, value));
  for (const each of ['target', 'serial', 'source'] as const) {
    const found = disks.filter(disk => isCalled(disk, each, value));
    if (found.length > 0) return found;
  }
  return [];
}

function isCalled(disk: DiskDefinition, by: 'target' | 'serial' | 'source', value: string): boolean {
  if (by === 'serial') return disk.serial !== undefined && plain(disk.serial) === plain(value);
  return disk[by] === value;
}

function plain(serial: string): string {
  return serial.replaceAll('-', '').toLowerCase();
}

function ambiguous(path: string, disks: readonly DiskDefinition[]): Diagnostic {
  const targets = disks.map(disk => disk.target).join(' and ');
  return { code: 'ambiguous-volume', severity: 'error', path, args: { matches: `it is ${targets}` } };
}

function twice(path: string, disk: DiskDefinition, earlier: VolumeIntent): Diagnostic {
  const matches = `${disk.target} is ${selectorText(earlier.selector)} as well`;
  return { code: 'ambiguous-volume', severity: 'error', path, args: { matches } };
}
