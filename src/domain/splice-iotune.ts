import { editChildren } from '../xml/edit-children.ts';
import { childOf, type XmlElement } from '../xml/element.ts';
import type { Layout } from '../xml/indentation.ts';
import { insertChildren } from '../xml/insert.ts';
import { removeElement, type Splice } from '../xml/splice.ts';
import { hasIoLimit, ioTuneElements, ioTuneFields } from './iotune.ts';
import { changedFields, type Edit } from './limit-edits.ts';
import type { Limits } from './tuning.ts';

const names: readonly string[] = ioTuneElements;

/** Behind which elements Nova (`serial`) and libvirt (`target`) write `<iotune>`. */
const before = ['driver', 'auth', 'source', 'backingStore', 'backenddomain', 'geometry', 'target', 'serial'];

/** Edits that bring the `<iotune>` of a disk from the limits it has to others. */
export function spliceIoTune(
  xml: string,
  disk: XmlElement,
  current: Limits,
  wanted: Limits,
  layout: Layout,
): readonly Splice[] {
  const edits = editsOf(current, wanted);
  const iotune = childOf(disk, 'iotune');
  if (edits.length === 0) return [];
  if (iotune === undefined) {
    const children = edits.map(({ name, text = '' }) => ({ name, text }));
    const after = disk.children.findLast(child => before.includes(child.name));
    return [insertChildren(xml, disk, [{ name: 'iotune', children }], layout, after)];
  }
  // libvirt refuses a group_name without any limit.
  return hasIoLimit(wanted) ? editChildren(xml, iotune, edits, names, layout) : [removeElement(xml, iotune)];
}

function editsOf(current: Limits, wanted: Limits): readonly Edit[] {
  const numbers = changedFields(ioTuneFields, current, wanted);
  const group = hasIoLimit(wanted) ? wanted.group_name : undefined;
  if (group === current.group_name) return numbers;
  const edits = [...numbers, { name: 'group_name', ...(group !== undefined && { text: group }) }];
  return edits.sort((one, other) => names.indexOf(one.name) - names.indexOf(other.name));
}
