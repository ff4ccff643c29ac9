import { Document, visit } from 'yaml';
import type { AuditFormat } from './format.ts';

/**
 * The report itself as one YAML document, which readers of YAML 1.1 and 1.2 take for the same: without anchors, without
 * texts that 1.1 takes for something else (a MAC address for a number of base 60), and a text is always one line.
 */
export const yamlFormat: AuditFormat = ({ at, host }) => {
  let isEmpty = true;
  return {
    begin: () =>
      text({ schemaVersion: 1, kind: 'audit', ...(host && { host }), ...(at !== undefined && { at }) }),
    domain: report => {
      const key = isEmpty ? 'domains:\n' : '';
      isEmpty = false;
      return `${key}${indented(text([report]))}`;
    },
    end: tally => [isEmpty ? 'domains: []\n' : '', text({ summary: tally })],
  };
};

/** Characters that end a line in YAML 1.1 or may not stand there as they are. */
const special = /[\u0085\u2028\u2029\ufeff\ufffe\uffff]|\p{Surrogate}/gu;

function text(value: object): string {
  const document = new Document(value, { version: '1.1', aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value === 'string' && /[\n\r]|[^\x20-\x7e\u00a1-\u024f]/.test(node.value)) {
        node.type = 'QUOTE_DOUBLE';
      }
    },
  });
  return document
    .toString({
      directives: false,
      lineWidth: 0,
      doubleQuotedAsJSON: true,
      doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
    })
    .replace(special, mark => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function indented(yaml: string): string {
  return yaml.replace(/\n(?!$)/g, '\n  ').replace(/^/, '  ');
}
