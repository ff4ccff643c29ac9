const predefined: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
/** What nearly every text is that this program writes. */
const isPlain = /^[\w.-]*$/;
const reference = /&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([A-Za-z][\w.-]*));/g;

/** Resolves the five predefined and all numeric references; others stay as they are, since no DOCTYPE is read. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(reference, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return Object.hasOwn(predefined, name) ? (predefined[name] ?? whole) : whole;
    const point = hex === undefined ? Number.parseInt(decimal ?? '', 10) : Number.parseInt(hex, 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}

/** Text for between tags, escaped as lxml (Nova's writer) does. */
export function encodeText(text: string): string {
  return isPlain.test(text) ? text : text.replace(/[&<>\r]/g, escapeCharacter);
}

/** Text for a quoted attribute value, escaped as lxml does, with `'` besides so that both quotes can be used. */
export function encodeAttribute(text: string, quote: '"' | "'" = '"'): string {
  if (isPlain.test(text)) return text;
  return text.replace(quote === '"' ? /[&<>"\t\n\r]/g : /[&<>'\t\n\r]/g, escapeCharacter);
}

/** The five characters that have names in XML, escaped, and nothing else. */
export function encodeMarks(text: string): string {
  return text.replace(/[&<>"']/g, escapeCharacter);
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

function escapeCharacter(character: string): string {
  return escapes[character] ?? character;
}
