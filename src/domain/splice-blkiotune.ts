import { editChildren } from '../xml/edit-children.ts';
import { childOf, childrenOf, type XmlElement } from '../xml/element.ts';
import type { Layout } from '../xml/indentation.ts';
import { insertChildren, type NewElement } from '../xml/insert.ts';
import { removeElement, replaceText, type Splice } from '../xml/splice.ts';
import { blkioTuneFields, hostDeviceFields, readBlkioTune, readHostDevice } from './blkiotune.ts';
import { changedFields, type Edit } from './limit-edits.ts';
import { mergeLimits } from './merge.ts';
import { elementsBefore } from './splice-order.ts';
import type { DeviceTuning } from './tuning.ts';

/** What becomes of the elements below `<blkiotune>`. */
interface Parts {
  /** Children to be written, the weight before the devices. */
  readonly added: readonly NewElement[];
  readonly removed: readonly XmlElement[];
  /** Edits of children that stay. */
  readonly edits: readonly Splice[];
}

const deviceNames = ['path', ...hostDeviceFields.map(field => field.xmlName)];

/**
 * Edits that give the `<blkiotune>` of a domain a weight and limits of host devices: all of them together, since they
 * share one element.
 */
export function spliceBlkioTune(
  xml: string,
  domain: XmlElement,
  tuning: readonly DeviceTuning[],
  layout: Layout,
): readonly Splice[] {
  const blkiotune = childOf(domain, 'blkiotune');
  const parts = tuning.map(wanted =>
    wanted.device.kind === 'host-device'
      ? devicePart(xml, blkiotune, { ...wanted, path: wanted.device.path }, layout)
      : weightPart(xml, blkiotune, wanted),
  );
  const { added, removed, edits } = {
    added: parts.flatMap(part => part.added).sort(weightFirst),
    removed: parts.flatMap(part => part.removed),
    edits: parts.flatMap(part => part.edits),
  };
  if (blkiotune === undefined) {
    const after = domain.children.findLast(child => elementsBefore('blkiotune').includes(child.name));
    return added.length === 0
      ? []
      : [insertChildren(xml, domain, [{ name: 'blkiotune', children: added }], layout, after)];
  }
  const isEmpty = removed.length > 0 && added.length === 0 && removed.length === blkiotune.children.length;
  if (isEmpty) return [removeElement(xml, blkiotune)];
  return [
    ...edits,
    ...removed.map(child => removeElement(xml, child)),
    ...insertParts(xml, blkiotune, added, layout),
  ];
}

function weightPart(xml: string, blkiotune: XmlElement | undefined, { device, limits }: DeviceTuning): Parts {
  const current = readBlkioTune(blkiotune);
  const [edit] = changedFields(blkioTuneFields, current, mergeLimits(device, current, limits));
  const child = childOf(blkiotune, 'weight');
  if (edit === undefined) return { added: [], removed: [], edits: [] };
  const { name, text } = edit;
  if (text === undefined) return { added: [], removed: childrenOf(blkiotune, name), edits: [] };
  return child === undefined
    ? { added: [{ name, text }], removed: [], edits: [] }
    : { added: [], removed: [], edits: [replaceText(xml, child, text)] };
}

function devicePart(
  xml: string,
  blkiotune: XmlElement | undefined,
  { device, limits, path }: DeviceTuning & { readonly path: string },
  layout: Layout,
): Parts {
  const found = childrenOf(blkiotune, 'device').find(one => childOf(one, 'path')?.text === path);
  const current = readHostDevice(found);
  const wanted = mergeLimits(device, current, limits);
  const edits = changedFields(hostDeviceFields, current, wanted);
  if (edits.length === 0) return { added: [], removed: [], edits: [] };
  if (found === undefined) return { added: [newDevice(path, edits)], removed: [], edits: [] };
  const isLimited = hostDeviceFields.some(({ parameter }) => wanted[parameter]);
  return isLimited
    ? { added: [], removed: [], edits: editChildren(xml, found, edits, deviceNames, layout) }
    : { added: [], removed: [found], edits: [] };
}

function newDevice(path: string, edits: readonly Edit[]): NewElement {
  const limits = edits.map(({ name, text = '' }) => ({ name, text }));
  return { name: 'device', children: [{ name: 'path', text: path }, ...limits] };
}

/** The weight goes before all other children, devices behind them; into an empty element all go in one piece. */
function insertParts(
  xml: string,
  blkiotune: XmlElement,
  added: readonly NewElement[],
  layout: Layout,
): readonly Splice[] {
  const last = blkiotune.children.at(-1);
  const places = [
    { elements: added.filter(one => last === undefined || one.name === 'weight'), after: undefined },
    { elements: added.filter(one => last !== undefined && one.name !== 'weight'), after: last },
  ];
  return places
    .filter(({ elements }) => elements.length > 0)
    .map(({ elements, after }) => insertChildren(xml, blkiotune, elements, layout, after));
}

function weightFirst(one: NewElement, other: NewElement): number {
  return Number(one.name !== 'weight') - Number(other.name !== 'weight');
}
