import { editChildren } from '../xml/edit-children.ts';
import { childOf, type XmlElement } from '../xml/element.ts';
import type { Layout } from '../xml/indentation.ts';
import { insertChildren } from '../xml/insert.ts';
import { removeElement, type Splice } from '../xml/splice.ts';
import { ioTuneFields } from './iotune.ts';
import { changedFields } from './limit-edits.ts';
import type { Limits } from './tuning.ts';

const names = ioTuneFields.map(field => field.xmlName);

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
  const edits = changedFields(ioTuneFields, current, wanted);
  const iotune = childOf(disk, 'iotune');
  if (edits.length === 0) return [];
  if (iotune === undefined) {
    const children = edits.map(({ name, text = '' }) => ({ name, text }));
    const after = disk.children.findLast(child => before.includes(child.name));
    return [insertChildren(xml, disk, [{ name: 'iotune', children }], layout, after)];
  }
  // libvirt refuses a group_name without any limit.
  const isEmpty = ioTuneFields.every(({ parameter }) => !wanted[parameter]);
  return isEmpty ? [removeElement(xml, iotune)] : editChildren(xml, iotune, edits, names, layout);
}
