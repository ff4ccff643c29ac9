import { childOf, childrenOf, type XmlElement } from './element.ts';
import type { Layout } from './indentation.ts';
import { insertChildren } from './insert.ts';
import { removeElement, replaceText, type Splice } from './splice.ts';

/** A text child's wanted text; absent: it shall not be there. */
export interface ChildEdit {
  readonly name: string;
  readonly text?: string;
}

/**
 * Changes text children in place: the others, their order and comments stay. New ones go behind those that come
 * before them in `order`, else before all others. When nothing is left in the element it goes too.
 *
 * @param edits the children to change, in the order of `order`; those that are as wanted are left out.
 * @param order all names that belong together, in the order in which they are written.
 */
export function editChildren(
  xml: string,
  element: XmlElement,
  edits: readonly ChildEdit[],
  order: readonly string[],
  layout: Layout,
): readonly Splice[] {
  const gone = edits.filter(edit => edit.text === undefined).flatMap(edit => childrenOf(element, edit.name));
  const isNew = (edit: ChildEdit) => edit.text !== undefined && childOf(element, edit.name) === undefined;
  const added = edits.filter(isNew);
  if (added.length === 0 && gone.length > 0 && isOnly(xml, element, gone))
    return [removeElement(xml, element)];
  const changed = edits.flatMap(({ name, text }) => {
    const child = childOf(element, name);
    return child === undefined || text === undefined ? [] : [replaceText(xml, child, text)];
  });
  return [
    ...changed,
    ...gone.map(child => removeElement(xml, child)),
    ...insertAll(xml, element, added, order, layout),
  ];
}

/** Neighbours that go to one place are written in one piece. */
function insertAll(
  xml: string,
  element: XmlElement,
  added: readonly ChildEdit[],
  order: readonly string[],
  layout: Layout,
): readonly Splice[] {
  const anchors = new Set(added.map(edit => anchorOf(element, edit.name, order)));
  return [...anchors].map(anchor => {
    const together = added.filter(edit => anchorOf(element, edit.name, order) === anchor);
    const elements = together.map(({ name, text = '' }) => ({ name, text }));
    return insertChildren(xml, element, elements, layout, anchor);
  });
}

function anchorOf(element: XmlElement, name: string, order: readonly string[]): XmlElement | undefined {
  const before = new Set(order.slice(0, order.indexOf(name)));
  return element.children.findLast(child => before.has(child.name));
}

/** Whether an element holds nothing but these children. */
function isOnly(xml: string, element: XmlElement, children: readonly XmlElement[]): boolean {
  const ordered = [...children].sort((one, other) => one.start - other.start);
  const starts = [...ordered.map(child => child.start), element.contentEnd];
  const ends = [element.contentStart, ...ordered.map(child => child.end)];
  return ends.every((end, index) => xml.slice(end, starts[index]).trim() === '');
}
