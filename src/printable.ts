/** What nearly every text is, our own signs and frames included: to see that is many times faster than to look closely. */
const plain =
  /^[\t\n\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u0370-\u05ff\u2010-\u2027\u2030-\u205e\u2070-\u2fff]*$/;

/**
 * What a terminal obeys, or does not show: control characters, whatever turns the direction of a text or has no width,
 * ends of lines that are none of ours, halves of characters. Tabs and line feeds may stay, and CR LF.
 */
const unprintable =
  /(?![\t\n]|\r\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gu;
const inLine =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gu;

/**
 * Text that does nothing to a terminal: what it would obey or hide is written as `\u001b`. Text that is JSON remains the
 * same JSON, since there that stands only in strings and is written in the same way.
 */
export function printable(text: string): string {
  return plain.test(text) ? text : text.replace(unprintable, unicodeEscape);
}

/** The same for text that must be one line: line feeds and tabs are written as `\u000a` and `\u0009`. */
export function printableLine(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : text.replace(inLine, unicodeEscape);
}

/** The same, with a sign in its place: for pages, which have room for one character only. */
export function replacedLine(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : text.replace(inLine, '\ufffd');
}

/** A value as JSON that may be shown on a terminal. @param indent blanks for each depth; none: all in one line */
export function printableJson(value: unknown, indent?: number): string {
  return printable(JSON.stringify(value, null, indent));
}

/** A character as JSON writes it: beyond U+FFFF as two. */
function unicodeEscape(character: string): string {
  return Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('');
}
