import { editAttributes } from '../xml/edit-attributes.ts';
import { childOf, type XmlElement } from '../xml/element.ts';
import type { Layout } from '../xml/indentation.ts';
import { insertChildren, type NewElement } from '../xml/insert.ts';
import { removeElement, type Splice } from '../xml/splice.ts';
import { type BandwidthDirection, type BandwidthField, bandwidthFields } from './bandwidth.ts';
import type { Limits } from './tuning.ts';

const directions: readonly BandwidthDirection[] = ['inbound', 'outbound'];

/** Edits that bring the `<bandwidth>` of an interface from the limits it has to others. */
export function spliceBandwidth(
  xml: string,
  nic: XmlElement,
  current: Limits,
  wanted: Limits,
  layout: Layout,
): readonly Splice[] {
  const changed = directions.filter(direction => differs(direction, current, wanted));
  if (changed.length === 0) return [];
  const present = directions.filter(direction => isLimited(direction, wanted));
  const bandwidth = childOf(nic, 'bandwidth');
  if (bandwidth === undefined) {
    const children = present.map(direction => newElement(direction, wanted));
    return [insertChildren(xml, nic, [{ name: 'bandwidth', children }], layout, lastOwnChild(nic))];
  }
  if (present.length === 0) return [removeElement(xml, bandwidth)];
  const isNew = (direction: BandwidthDirection) => childOf(bandwidth, direction) === undefined;
  return [
    ...changed
      .filter(direction => !isNew(direction))
      .flatMap(one => edit(xml, bandwidth, one, wanted, layout)),
    ...insertDirections(xml, bandwidth, changed.filter(isNew), wanted, layout),
  ];
}

/** Both in one piece when both are new, so that a self-closed element is opened once. */
function insertDirections(
  xml: string,
  bandwidth: XmlElement,
  added: readonly BandwidthDirection[],
  wanted: Limits,
  layout: Layout,
): readonly Splice[] {
  if (added.length === 0) return [];
  const elements = added.map(direction => newElement(direction, wanted));
  const after = added.includes('inbound') ? undefined : childOf(bandwidth, 'inbound');
  return [insertChildren(xml, bandwidth, elements, layout, after)];
}

function edit(
  xml: string,
  bandwidth: XmlElement,
  direction: BandwidthDirection,
  wanted: Limits,
  layout: Layout,
): readonly Splice[] {
  const element = childOf(bandwidth, direction);
  if (element === undefined) return [];
  if (!isLimited(direction, wanted)) return [removeElement(xml, element)];
  const edits = fieldsOf(direction).map(({ parameter, xmlName }) => {
    const value = wanted[parameter];
    return { name: xmlName, ...(value ? { value: sameNumber(element, xmlName, value) } : {}) };
  });
  return editAttributes(xml, element, edits, layout);
}

/** Keeps another spelling of the same number (`0512`). */
function sameNumber(element: XmlElement, name: string, value: number): string {
  const text = element.attributes.get(name) ?? '';
  return /^\s*\+?[0-9]+$/.test(text) && Number(text) === value ? text : String(value);
}

function newElement(direction: BandwidthDirection, wanted: Limits): NewElement {
  const attributes = fieldsOf(direction).flatMap(({ parameter, xmlName }) => {
    const value = wanted[parameter];
    return value ? [[xmlName, String(value)] as const] : [];
  });
  return { name: direction, attributes };
}

/** libvirt keeps `alias` and `address` at the end. */
function lastOwnChild(nic: XmlElement): XmlElement | undefined {
  return nic.children.findLast(child => child.name !== 'alias' && child.name !== 'address');
}

function isLimited(direction: BandwidthDirection, limits: Limits): boolean {
  return fieldsOf(direction).some(({ parameter }) => limits[parameter]);
}

function differs(direction: BandwidthDirection, current: Limits, wanted: Limits): boolean {
  return fieldsOf(direction).some(({ parameter }) => (current[parameter] || 0) !== (wanted[parameter] || 0));
}

function fieldsOf(direction: BandwidthDirection): readonly BandwidthField[] {
  return bandwidthFields.filter(field => field.direction === direction);
}
