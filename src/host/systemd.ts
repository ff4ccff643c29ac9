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

async function propertiesIn(host: HostReader, folder: string): Promise<readonly UnitProperty[]> {
  const names = (await host.listFolder(folder)) ?? [];
  const files = names.filter(name => name.endsWith('.conf')).map(name => `${folder}/${name}`);
  const texts = await Promise.all(files.map(path => host.readFile(path)));
  return files.flatMap((path, index) => parseDropIn(texts[index] ?? '', path));
}
