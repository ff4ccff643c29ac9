const name = /^<([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)/;
const attribute = /[ \t\r\n]+([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)=(?:"([^"]*)"|'([^']*)')/y;
/** Each is compared with those before it; tags with more are not for this. */
const MAX_ATTRIBUTES = 32;
const close = /[ \t\r\n]*\/?>$/y;

/** A start tag and what is in it, as it is written. */
export interface PlainTag {
  readonly name: string;
  readonly attributes: readonly (readonly [name: string, value: string])[];
}

/**
 * Reads a start tag of the form that nearly every tag has, in which nothing can be wrong: names of plain letters, each
 * attribute once and in quotes, no references. undefined for one that is to be looked at more closely.
 */
export function plainTag(piece: string): PlainTag | undefined {
  const begin = name.exec(piece);
  if (begin === null || piece.includes('&')) return undefined;
  let at = begin[0].length;
  const attributes: (readonly [string, string])[] = [];
  attribute.lastIndex = at;
  for (let one = attribute.exec(piece); one !== null; one = attribute.exec(piece)) {
    const [, own = '', double, single] = one;
    if (attributes.length >= MAX_ATTRIBUTES || attributes.some(([other]) => other === own)) return undefined;
    attributes.push([own, double ?? single ?? '']);
    at = attribute.lastIndex;
  }
  close.lastIndex = at;
  return close.test(piece) ? { name: begin[1] ?? '', attributes } : undefined;
}

/** Whether a text is nothing but what XML takes for white space. */
export function isBlank(text: string): boolean {
  return /^[ \t\r\n]*$/.test(text);
}
