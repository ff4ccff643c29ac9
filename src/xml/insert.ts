import type { XmlElement } from './element.ts';
import { encodeAttribute, encodeText } from './entities.ts';
import { childLead, endOfLineOf, type Layout, leadOf } from './indentation.ts';
import { type Splice, startOfSelfClose } from './splice.ts';

/** An element to be written; with neither text nor children it is self-closed. */
export interface NewElement {
  readonly name: string;
  readonly attributes?: readonly (readonly [name: string, value: string])[];
  readonly text?: string;
  readonly children?: readonly NewElement[];
}

/**
 * Writes new elements into `parent`, in one piece, looking like their neighbours.
 *
 * @param after the child behind which they go; absent: before all other children.
 */
export function insertChildren(
  xml: string,
  parent: XmlElement,
  elements: readonly NewElement[],
  layout: Layout,
  after?: XmlElement,
): Splice {
  const lead = after === undefined ? childLead(xml, parent, layout) : leadOf(xml, after);
  const text = elements.map(element => lead + renderElement(element, lead, layout)).join('');
  const parentLead = leadOf(xml, parent);
  if (parent.selfClosed) {
    const start = startOfSelfClose(xml, parent);
    return { start, end: parent.end, text: `>${text}${parentLead}</${parent.name}>` };
  }
  if (after !== undefined) return insertion(endOfLineOf(xml, after), text);
  const isOneLine = !xml.slice(parent.contentStart, parent.contentEnd).includes('\n');
  return parent.children.length === 0 && isOneLine
    ? insertion(parent.contentEnd, text + parentLead)
    : insertion(parent.contentStart, text);
}

/** An element as text; `lead` is what stands before it, empty to write all on one line. */
export function renderElement(element: NewElement, lead: string, layout: Layout): string {
  const { quote, unit } = layout;
  const attributes = (element.attributes ?? []).map(
    ([name, value]) => ` ${name}=${quote}${encodeAttribute(value, quote)}${quote}`,
  );
  const start = `<${element.name}${attributes.join('')}`;
  if (element.text !== undefined) return `${start}>${encodeText(element.text)}</${element.name}>`;
  if (element.children === undefined) return `${start}/>`;
  const deeper = lead === '' ? '' : lead + unit;
  const children = element.children.map(child => deeper + renderElement(child, deeper, layout));
  return `${start}>${children.join('')}${lead}</${element.name}>`;
}

function insertion(at: number, text: string): Splice {
  return { start: at, end: at, text };
}
