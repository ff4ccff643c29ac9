import type { XmlElement } from '../xml/element.ts';

/**
 * Where the guest sees a device, as one word: `0000:00:03.0`, of other buses their numbers (`ccw:0xfe.0x0.0x0001`).
 * The same in both definitions of a domain. Undefined: libvirt has not given it a place.
 *
 * @see libvirt docs/formatdomain.rst "Device Addresses"
 */
export function readAddress(address: XmlElement | undefined): string | undefined {
  const type = address?.attributes.get('type');
  if (address === undefined || type === undefined) return undefined;
  const [domain, bus, slot, fn] = ['domain', 'bus', 'slot', 'function'].map(name =>
    hexOf(address.attributes.get(name) ?? '0'),
  );
  if (type === 'pci' && address.attributes.has('slot'))
    return `${domain?.padStart(4, '0')}:${two(bus)}:${two(slot)}.${fn}`;
  const numbers = [
    'cssid',
    'ssid',
    'devno',
    'controller',
    'bus',
    'port',
    'reg',
    'base',
    'irq',
    'iobase',
  ].flatMap(name => address.attributes.get(name) ?? []);
  return numbers.length === 0 ? undefined : `${type}:${numbers.join('.')}`;
}

/** `0x07` → `7`; what is no number stays as it is. */
function hexOf(text: string): string {
  return /^0x[0-9a-f]{1,8}$/i.test(text) ? Number(text).toString(16) : text;
}

function two(hex = '0'): string {
  return hex.padStart(2, '0');
}
