/**
 * A cell whose text the client folded over several lines. It folds at blanks, which are lost, behind hyphens, and in the
 * middle of a word that is longer than the column; only then is a line exactly as wide as the column.
 *
 * @param width of the column, in characters.
 * @see cpython Lib/textwrap.py:TextWrapper, by which prettytable folds
 */
export function unfolded(lines: readonly string[], width: number): string {
  // Lines that cinder's client made itself: a key and its value in each.
  if (lines.every(line => /^[\w.:-]+ : \S/.test(line))) return lines.join(' ');
  return lines.reduce((text, line, index) => {
    if (index === 0 || text === '') return line;
    if (line === '') return text;
    const previous = lines[index - 1] ?? '';
    // Of properties, dicts and lists none needs a blank where a line is full.
    const isCut = /\w-$/.test(previous) || previous.length >= width;
    return isCut ? text + line : `${text} ${line}`;
  }, '');
}
