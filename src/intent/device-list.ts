/** Most devices that one key may name. */
const MAX_DEVICES = 64;

/**
 * `/dev/sda=1048576,/dev/sdb=2097152`: paths of block devices and a text for each, in order. A path is absolute and
 * has no comma, at which libvirt separates, and no `=`; a later value for the same path wins.
 *
 * undefined when it is something else.
 */
export function readDeviceList(text: string): ReadonlyMap<string, string> | undefined {
  const parts = text.split(',');
  if (parts.length > MAX_DEVICES) return undefined;
  const devices = new Map<string, string>();
  for (const part of parts) {
    const match = /^\s*(\/[^\s,=\u0000-\u001f\u007f]{1,254})=([^=]*)$/.exec(part);
    const [, path = '', value = ''] = match ?? [];
    if (match === null || path.split('/').includes('..')) return undefined;
    devices.set(path, value);
  }
  return devices;
}
