import { Document, type Tags, visit } from 'yaml';
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

/** What may not stand in YAML 1.1 as it is, ends a line there, or does something to a terminal. */
const special =
  /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gu;

/** What readers of 1.1 or 1.2 take for something else, and this printer does not: a value, a merge, a number of base 8. */
const mistaken = /^(?:=|<<|[-+]?0o[0-7]+)$/;
/** Whatever is not plain is told in double quotes, where it can be escaped. */
const odd = /[\n\r]|[^\x20-\x7e\u00a1-\u00ac\u00ae-\u024f]/;

/** Its printer leaves `<<` bare whatever is said. */
const withoutMerge = (tags: Tags): Tags =>
  tags.filter(tag => typeof tag === 'string' || tag.tag !== 'tag:yaml.org,2002:merge');

function text(value: object): string {
  const document = new Document(value, {
    version: '1.1',
    aliasDuplicateObjects: false,
    customTags: withoutMerge,
  });
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value !== 'string') return;
      // No escape of YAML stands for half of a character: libyaml refuses the whole document.
      const value = node.value.replace(/\p{Surrogate}/gu, escapeOf);
      node.value = value;
      if (mistaken.test(value) || odd.test(value)) node.type = 'QUOTE_DOUBLE';
    },
  });
  return document
    .toString({
      directives: false,
      lineWidth: 0,
      doubleQuotedAsJSON: true,
      doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
    })
    .replace(special, escapeOf);
}

function indented(yaml: string): string {
  return yaml.replace(/\n(?!$)/g, '\n  ').replace(/^/, '  ');
}

/** As a text in double quotes has it: with four digits, beyond U+FFFF with eight. */
function escapeOf(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
}
