import type { DiskDefinition } from './definition.ts';

/** Nova writes a volume's UUID as the serial, and gives image disks none. */
export function isVolume(disk: DiskDefinition): boolean {
  return /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(disk.serial ?? '');
}
