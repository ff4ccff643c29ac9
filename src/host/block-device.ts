import type { HostReader } from '../ports/host.ts';

const CLASS = '/sys/class/block';

/**
 * The number by which the kernel knows a block device, `254:0`. A path that is not plainly `/dev/NAME` is looked for
 * among the links that udev made (`/dev/mapper/…`, `/dev/disk/by-id/…`).
 *
 * @returns undefined when this host has no such device
 * @throws HostReadError when it cannot be told
 */
export async function readDeviceNumber(host: HostReader, path: string): Promise<string | undefined> {
  const name = /^\/dev\/([^/]+)$/.exec(path)?.[1];
  const number = name === undefined || name === '..' ? undefined : await numberOf(host, name);
  return number ?? numberByLink(host, path);
}

/** The kernel writes a `/` in a device's name (`cciss/c0d0`) as `!`. */
async function numberOf(host: HostReader, name: string): Promise<string | undefined> {
  const number = (await host.readFile(`${CLASS}/${name}/dev`))?.trim();
  return number !== undefined && /^\d{1,5}:\d{1,8}$/.test(number) ? number : undefined;
}

/** @see systemd src/libsystemd/sd-device: `/run/udev/data/b254:0` has a line `S:disk/by-id/…` for each link */
async function numberByLink(host: HostReader, path: string): Promise<string | undefined> {
  const link = path.startsWith('/dev/') ? `S:${path.slice('/dev/'.length)}` : undefined;
  if (link === undefined) return undefined;
  for (const name of (await host.listFolder(CLASS)) ?? []) {
    const number = await numberOf(host, name);
    const links = number === undefined ? undefined : await host.readFile(`/run/udev/data/b${number}`);
    if (links?.split('\n').includes(link)) return number;
  }
  return undefined;
}
