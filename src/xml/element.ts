/** An element and where it stands: offsets count UTF-16 units from the start of the text, as `slice` does. */
export interface XmlElement {
  /** As written, with its prefix. */
  readonly name: string;
  /** Values with entities resolved. */
  readonly attributes: ReadonlyMap<string, string>;
  /** Child elements in order. */
  readonly children: readonly XmlElement[];
  /** Its own text, without that of its children and comments, entities resolved. */
  readonly text: string;
  /** Of its `<`. */
  readonly start: number;
  /** Just after the `>` of its start tag. */
  readonly contentStart: number;
  /** Of the `<` of its end tag; the same as `contentStart` when it is self-closed. */
  readonly contentEnd: number;
  /** Just after its last `>`. */
  readonly end: number;
  /** `<name/>`. */
  readonly selfClosed: boolean;
  /** Has no prefix, and is in the namespace of an `xmlns="…"` all the same: libvirt does not see it. */
  readonly foreign: boolean;
}

/** The first child of that name that libvirt sees, which is the one that it reads. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find(child => child.name === name && !child.foreign);
}

/** All children of that name that libvirt sees. */
export function childrenOf(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return element?.children.filter(child => child.name === name && !child.foreign) ?? [];
}

/** A child's attribute; undefined when either is not there. */
export function childAttribute(element: XmlElement, child: string, attribute: string): string | undefined {
  return childOf(element, child)?.attributes.get(attribute);
}
