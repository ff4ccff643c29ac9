/** As many lines of an answer, and as much of each, as evidence has. */
const LINES = 12;
const CHARACTERS = 300;

/**
 * What is there where something else was looked for: lines of an answer as evidence. Whoever has put many things there does
 * not make a report long.
 */
export function quotedLines(lines: readonly string[]): string {
  const told = lines.map(line => line.trim()).filter(line => line !== '');
  const shown = told.slice(0, LINES).map(line => {
    return line.length > CHARACTERS ? `${line.slice(0, CHARACTERS)}…` : line;
  });
  const more = told.length - shown.length;
  return [...shown, ...(more > 0 ? [`… and ${more} more`] : [])].join('\n');
}
