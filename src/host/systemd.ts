import { parseDropIn, type UnitProperty } from '../observed/systemd-drop-in.ts';
import type { HostReader } from '../ports/host.ts';

/**
 * Where systemd keeps what a unit was told while it ran. For a transient one, as domains are, always the last.
 * @see systemd src/core/unit.c:unit_drop_in_dir
 */
const folders = [
  '/etc/systemd/system.control',
  '/run/systemd/system.control',
  '/run/systemd/transient',
] as const;

/**
 * The properties that a unit was told to have: by libvirt when it set a weight, by `systemctl set-property`, or by anybody
 * else who asked systemd. None when the unit is not of systemd.
 *
 * @throws HostReadError
 */
export async function readUnitProperties(host: HostReader, unit: string): Promise<readonly UnitProperty[]> {
  const found = await Promise.all(folders.map(folder => propertiesIn(host, `${folder}/${unit}.d`)));
  return found.flat();
}

/** Where packages and administrators say what units shall have. @see systemd.unit(5), "Unit File Load Path" */
const sharedFolders = ['/usr/lib/systemd/system', '/run/systemd/system', '/etc/systemd/system'] as const;

/**
 * The properties that files for all units of its kind, or for those whose name begins alike, give a unit besides.
 *
 * @throws HostReadError
 */
export async function readSharedProperties(host: HostReader, unit: string): Promise<readonly UnitProperty[]> {
  const suffix = unit.slice(unit.lastIndexOf('.') + 1);
  const names = [suffix, ...prefixesOf(unit, suffix), unit];
  const dropIns = names.flatMap(name => sharedFolders.map(folder => `${folder}/${name}.d`));
  return (await Promise.all(dropIns.map(folder => propertiesIn(host, folder)))).flat();
}

/** `machine-qemu\x2d1.scope` has drop-ins of `machine-.scope` too. */
function prefixesOf(unit: string, suffix: string): readonly string[] {
  const words = unit.split('-');
  return words.slice(1).map((_word, at) => `${words.slice(0, at + 1).join('-')}-.${suffix}`);
}

async function propertiesIn(host: HostReader, folder: string): Promise<readonly UnitProperty[]> {
  const names = (await host.listFolder(folder)) ?? [];
  const files = names.filter(name => name.endsWith('.conf')).map(name => `${folder}/${name}`);
  const texts = await Promise.all(files.map(path => host.readFile(path)));
  return files.flatMap((path, index) => parseDropIn(texts[index] ?? '', path));
}
