import { editAttributes } from '../xml/edit-attributes.ts';
import { childOf, type XmlElement } from '../xml/element.ts';
import type { Layout } from '../xml/indentation.ts';
import { insertChildren } from '../xml/insert.ts';
import { removeElement, replaceText, type Splice } from '../xml/splice.ts';
import { changedFields, type Edit } from './limit-edits.ts';
import { memTuneFields } from './memtune.ts';
import { elementsBefore } from './splice-order.ts';
import type { Limits } from './tuning.ts';

/** Edits that bring the `<memtune>` of a domain from the limits it has to others, in KiB. */
export function spliceMemTune(
  xml: string,
  domain: XmlElement,
  current: Limits,
  wanted: Limits,
  layout: Layout,
): readonly Splice[] {
  const edits = changedFields(memTuneFields, current, wanted);
  if (edits.length === 0) return [];
  const memtune = childOf(domain, 'memtune');
  const added = edits.filter(({ name, text }) => text !== undefined && childOf(memtune, name) === undefined);
  const children = added.map(({ name, text = '' }) => ({
    name,
    text,
    attributes: [['unit', 'KiB']] as const,
  }));
  if (memtune === undefined) {
    const after = domain.children.findLast(child => elementsBefore('memtune').includes(child.name));
    return [insertChildren(xml, domain, [{ name: 'memtune', children }], layout, after)];
  }
  const isEmpty = memtune.children.every(child =>
    edits.some(({ name, text }) => name === child.name && !text),
  );
  if (isEmpty && children.length === 0) return [removeElement(xml, memtune)];
  return [
    ...edits.flatMap(edit => editExisting(xml, memtune, edit, layout)),
    ...(children.length === 0
      ? []
      : [insertChildren(xml, memtune, children, layout, memtune.children.at(-1))]),
  ];
}

/** A limit that is there gets its number in KiB: another unit, if it has one, becomes that. */
function editExisting(xml: string, memtune: XmlElement, edit: Edit, layout: Layout): readonly Splice[] {
  const child = childOf(memtune, edit.name);
  if (child === undefined) return [];
  if (edit.text === undefined) return [removeElement(xml, child)];
  const isKib = /^k(?:ib)?$/i.test(child.attributes.get('unit') ?? 'KiB');
  const unit = isKib ? [] : editAttributes(xml, child, [{ name: 'unit', value: 'KiB' }], layout);
  return [...unit, replaceText(xml, child, edit.text)];
}
