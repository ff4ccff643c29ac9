import type { Json } from '../json-text.ts';
import { refusedLine } from './refusal.ts';

const field = /(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n|$)/y;

/** Whether a line is the heads of what a client prints with `-f csv`. */
export function isCsvHead(line: string): boolean {
  const heads = line.split(',').map(head => head.trim().replace(/^"(.*)"$/, '$1'));
  return (
    heads.length > 1 &&
    heads.every(head => /^[A-Za-z][\w :-]{0,60}$/.test(head)) &&
    heads.some(head => /^(?:id|name)$/i.test(head))
  );
}

/**
 * Reads what a client prints with `-f csv`: a list of objects, all values text.
 *
 * @throws QuotaError `invalid-input` with the line that has more or fewer fields than there are heads.
 */
export function parseCsv(text: string, subject: string, firstLine: number): Json {
  const rows = recordsOf(`${text.trimEnd()}\n`, subject, firstLine);
  const [head, ...others] = rows;
  return others.map(({ fields, line }) => {
    if (fields.length !== head?.fields.length)
      throw refusedLine(
        subject,
        line,
        `${fields.length} fields under ${head?.fields.length} heads of CSV; give it with -f json`,
      );
    return new Map(head.fields.map((name, at): [string, Json] => [name, fields[at] ?? '']));
  });
}

interface CsvRecord {
  readonly fields: readonly string[];
  readonly line: number;
}

function recordsOf(text: string, subject: string, firstLine: number): readonly CsvRecord[] {
  const records: CsvRecord[] = [];
  let fields: string[] = [];
  let line = firstLine;
  let start = firstLine;
  let at = 0;
  while (at < text.length) {
    field.lastIndex = at;
    const match = field.exec(text);
    if (match === null) throw refusedLine(subject, line, 'is not CSV; give it with -f json');
    const [whole, inQuotes, bare = '', end] = match;
    fields.push(inQuotes?.replaceAll('""', '"') ?? bare.trim());
    line += whole.split('\n').length - 1;
    at += whole.length;
    if (end === ',') continue;
    records.push({ fields, line: start });
    fields = [];
    start = line;
  }
  return records.filter(record => record.fields.join('') !== '');
}
