import type { XmlElement } from './element.ts';
import { encodeAttribute } from './entities.ts';
import type { Layout } from './indentation.ts';
import type { Splice } from './splice.ts';

/** An attribute's wanted value; absent: it shall not be there. */
export interface AttributeEdit {
  readonly name: string;
  readonly value?: string;
}

/** An attribute where it stands, from the white space before it to its closing quote. */
interface Place {
  readonly name: string;
  readonly start: number;
  readonly valueStart: number;
  readonly end: number;
}

/**
 * Changes attributes in place: other attributes, quotes and white space stay. New ones go behind those that come
 * before them in `edits`, else directly behind the element's name.
 */
export function editAttributes(
  xml: string,
  element: XmlElement,
  edits: readonly AttributeEdit[],
  { quote }: Layout,
): readonly Splice[] {
  const places = placesOf(xml, element);
  let behind = element.start + 1 + element.name.length;
  return edits.flatMap(({ name, value }): readonly Splice[] => {
    const place = places.find(one => one.name === name);
    if (place !== undefined) behind = place.end;
    const is = element.attributes.get(name);
    if (value === is) return [];
    if (place === undefined) {
      return [
        {
          start: behind,
          end: behind,
          text: ` ${name}=${quote}${encodeAttribute(value ?? '', quote)}${quote}`,
        },
      ];
    }
    if (value === undefined) return [{ start: place.start, end: place.end, text: '' }];
    const own = xml[place.end - 1] === '"' ? '"' : "'";
    return [{ start: place.valueStart, end: place.end - 1, text: encodeAttribute(value, own) }];
  });
}

function placesOf(xml: string, element: XmlElement): readonly Place[] {
  const attribute = /\s+([^\s=/>]+)\s*=\s*(?:"[^"]*"|'[^']*')/y;
  const places: Place[] = [];
  attribute.lastIndex = element.start + 1 + element.name.length;
  for (let match = attribute.exec(xml); match !== null; match = attribute.exec(xml)) {
    const end = attribute.lastIndex;
    const valueStart = match.index + match[0].search(/["']/) + 1;
    places.push({ name: match[1] ?? '', start: match.index, valueStart, end });
  }
  return places;
}
