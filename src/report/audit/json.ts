import { printableJson } from '../../printable.ts';
import type { AuditReport } from '../audit-report.ts';
import type { AuditFormat } from './format.ts';

/** The report itself: one JSON document of kind `audit`. */
export const jsonFormat: AuditFormat = ({ at, host }) => {
  let separator = '\n';
  return {
    begin: () => {
      const head = { ...(host && { host }), ...(at !== undefined && { at }) };
      const opened = document({ schemaVersion: 1, kind: 'audit', ...head });
      return `${opened.slice(0, -2)},\n  "domains": [`;
    },
    domain: report => {
      const text = `${separator}${indented(document(report), '    ')}`;
      separator = ',\n';
      return text;
    },
    end: tally => {
      const closing = separator === '\n' ? ']' : '\n  ]';
      return [`${closing},\n  "summary": ${indented(document(tally), '  ').trimStart()}\n}\n`];
    },
  };
};

/** A line a domain, each a JSON document of kind `domain-audit`. */
export const jsonlFormat: AuditFormat = () => ({
  begin: () => '',
  domain: jsonLine,
  end: () => [],
});

/** A domain as a line of its own. */
export function jsonLine(report: AuditReport): string {
  return `${printableJson(report)}\n`;
}

function document(value: object): string {
  return printableJson(value, 2);
}

/** Every line begins with its indentation; texts in JSON have no line feeds. */
function indented(json: string, by: string): string {
  return `${by}${json.replaceAll('\n', `\n${by}`)}`;
}
