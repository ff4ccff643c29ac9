import type { XmlElement } from './element.ts';

/** How new elements are written, so that they look like their neighbours. */
export interface Layout {
  /** What one more level is indented by. */
  readonly unit: string;
  /** Quote around attribute values. */
  readonly quote: '"' | "'";
}

/** The layout of a document, from its root and the root's first child. */
export function layoutOf(xml: string, root: XmlElement): Layout {
  const [first] = root.children;
  const lead = first === undefined ? '' : leadOf(xml, first);
  const unit = lead.replace(/^\r?\n/, '').slice(leadOf(xml, root).replace(/^\r?\n/, '').length);
  const quote = /["']/.exec(xml.slice(root.start, root.contentStart))?.[0];
  return { unit: unit === '' ? '  ' : unit, quote: quote === '"' ? '"' : "'" };
}

/** The line break and indentation before an element that begins a line; empty when it does not begin one. */
export function leadOf(xml: string, element: XmlElement): string {
  let start = element.start;
  while (start > 0 && (xml[start - 1] === ' ' || xml[start - 1] === '\t')) start -= 1;
  if (xml[start - 1] !== '\n') return '';
  return xml.slice(xml[start - 2] === '\r' ? start - 2 : start - 1, element.start);
}

/** The lead for a child of an element: as its other children have it, else one level deeper than itself. */
export function childLead(xml: string, parent: XmlElement, { unit }: Layout): string {
  const [first] = parent.children;
  if (first !== undefined) return leadOf(xml, first);
  const lead = leadOf(xml, parent);
  return lead === '' ? '' : lead + unit;
}

/** Just after an element, or after the comments that follow it on its line. */
export function endOfLineOf(xml: string, element: XmlElement): number {
  const comments = /(?:[ \t]*<!--(?:(?!-->)[^\r\n])*-->)+(?=[ \t]*\r?\n)/y;
  comments.lastIndex = element.end;
  return comments.test(xml) ? comments.lastIndex : element.end;
}
