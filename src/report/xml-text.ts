import { replacedLine } from '../printable.ts';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for the content and the quoted attributes of HTML and XML, on one line: line ends and tabs become spaces. */
export function escaped(text: string): string {
  return replacedLine(text.replace(/[\t\n\r]+/g, ' ')).replace(/[&<>"']/g, mark => entities[mark] ?? mark);
}

/** The same for text of several lines, which stay lines. */
export function escapedLines(text: string): string {
  return text
    .split(/\r\n|\n/)
    .map(escaped)
    .join('\n');
}
