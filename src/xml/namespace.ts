import type { XmlElement } from './element.ts';

/** A name taken apart: `nova:flavor` has the prefix `nova:`, which is empty where there is none. */
export function splitName(name: string): { readonly prefix: string; readonly local: string } {
  const colon = name.indexOf(':');
  return { prefix: name.slice(0, colon + 1), local: name.slice(colon + 1) };
}

/** The namespace of an element: declared by itself, else by the nearest of its ancestors; empty when by none. */
export function namespaceOf(element: XmlElement, ...ancestors: readonly (XmlElement | undefined)[]): string {
  const { prefix } = splitName(element.name);
  const declaration = prefix === '' ? 'xmlns' : `xmlns:${prefix.slice(0, -1)}`;
  const declared = [element, ...ancestors].map(one => one?.attributes.get(declaration));
  return declared.find(one => one !== undefined) ?? '';
}

/** All children of that name, also those in a namespace without prefix, which libvirt does not see. */
export function childrenNamed(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter(child => child.name === name);
}
