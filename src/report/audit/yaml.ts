import { stringify } from 'yaml';
import type { AuditFormat } from './format.ts';

/** The report itself as one YAML document; without anchors, which not every reader takes. */
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

function text(value: object): string {
  return stringify(value, { aliasDuplicateObjects: false, lineWidth: 0 });
}

/** An empty line stays one: it is in a block of text. */
function indented(yaml: string): string {
  return yaml
    .split('\n')
    .map(line => (line === '' ? line : `  ${line}`))
    .join('\n');
}
