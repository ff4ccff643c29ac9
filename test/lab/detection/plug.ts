/**
 * Plugs a disk `sdz` into a running domain, where it can be unplugged although no guest helps.
 *
 * @param elements more of its XML: limits, an alias
 */
export function plugged(domain: string, elements = ''): string {
  const file = `/root/${domain}.disk`;
  return `qemu-img create -q -f raw ${file} 1M
${attached(
  domain,
  'disk',
  `<disk type="file" device="disk"><driver name="qemu" type="raw"/><source file="${file}"/>
<target bus="scsi" dev="sdz"/>${elements}</disk>`,
)}`;
}

/** Takes it away again. */
export function unplugged(domain: string): string {
  return `${detached(domain, 'disk')}; rm -f /root/${domain}.disk`;
}

/** The MAC of what {@link pluggedNic} plugs in. */
export const pluggedMac = 'fa:16:3e:99:99:99';
/** Its device on the host, where it has one. */
export const pluggedDev = 'tapplugged';

/** Plugs an interface in; one on USB can be unplugged without a guest that helps. @param type with its source */
export function pluggedNic(domain: string, type: 'bridge' | 'user', elements = ''): string {
  const source = type === 'bridge' ? `<source bridge="br0"/><target dev="${pluggedDev}"/>` : '';
  return attached(
    domain,
    'nic',
    `<interface type="${type}"><mac address="${pluggedMac}"/>${source}<model type="usb-net"/>${elements}</interface>`,
  );
}

/** Takes it away again. */
export function unpluggedNic(domain: string): string {
  return detached(domain, 'nic');
}

/** Adds a device to the persistent definition, or to the running domain. */
export function attached(domain: string, name: string, xml: string, scope = '--live'): string {
  return `cat >/root/${domain}.${name}.xml <<END
${xml}
END
virsh -q attach-device ${domain} /root/${domain}.${name}.xml ${scope}`;
}

/** Takes it away again. */
export function detached(domain: string, name: string, scope = '--live'): string {
  return `virsh -q detach-device ${domain} /root/${domain}.${name}.xml ${scope}; rm -f /root/${domain}.${name}.xml`;
}
