import type { Diagnostic } from '../../diagnostics.ts';
import { QuotaError } from '../../errors.ts';
import type { Json } from '../json-text.ts';
import { parseText, textForm } from '../text-form.ts';
import { parseYaml } from '../yaml-text.ts';
import { addPrintedRule, addRules, applyCommand } from './apply-command.ts';
import { cleaned } from './clean.ts';
import type { ClientCommand } from './client-command.ts';
import { isCsvHead, parseCsv } from './csv.ts';
import { isHcl, parseHcl } from './hcl.ts';
import { draftNamed, type Paste, pasteJson, replaceDraft } from './paste.ts';
import { quoted } from './refusal.ts';
import { parseTable, tablesIn } from './table.ts';
import { type Block, type Section, sectionsOf, unknownForm } from './transcript.ts';
import { parseValues } from './value.ts';

/**
 * Reads YAML and whatever people copy: the clients' tables, CSV and bare values, command lines, both under prompts and
 * several in one text, Terraform. Nothing of it is run. One document is what it would be as JSON; of several, and of
 * commands, comes what the APIs would list (`{"flavors": […], "qos_specs": […], "policies": […]}`).
 *
 * @param found gets what is to be said about how it was written.
 * @throws QuotaError `invalid-input` with the line that is in no form that is read, and what to give instead.
 */
export function parsePasted(text: string, subject: string, found: Diagnostic[] = []): Json {
  const plain = cleaned(text);
  const form = textForm(plain);
  if (form === 'yaml') return parseYaml(plain, subject);
  if (form !== 'pasted') return parseText(plain, subject, { reader: parsePasted, found });
  if (isHcl(plain)) return parseHcl(plain, subject);
  const sections = sectionsOf(plain, subject).map(section => ({
    ...section,
    documents: section.blocks.flatMap(block => documentsIn(block, section, subject, found)),
  }));
  const [only, ...more] = sections.flatMap(one => one.documents);
  const isOne =
    more.length === 0 && !sections.some(({ command }) => command !== undefined && changesAnything(command));
  if (isOne && only !== undefined) return only;
  const paste: Paste = { flavors: [], qosSpecs: [], policies: [], subject, found };
  for (const { command, documents } of sections) putTogether(command, documents, paste);
  return pasteJson(paste);
}

function changesAnything({ verb }: ClientCommand): boolean {
  return verb !== 'show' && verb !== 'list' && verb !== 'other';
}

function documentsIn(
  block: Block,
  { command }: Section,
  subject: string,
  found: Diagnostic[],
): readonly Json[] {
  if (command?.subject === 'other') return [];
  if (block.kind === 'text') return [parseBlock(block, subject, found)];
  let { line } = block;
  return tablesIn(block.lines).map(lines => {
    const table = parseTable({ lines, line, subject });
    line += lines.length;
    return table;
  });
}

function parseBlock(block: Block, subject: string, found: Diagnostic[]): Json {
  const text = block.lines.join('\n').trim();
  const lines = text.split('\n');
  refuseMessages(lines, subject);
  if (isCsvHead(lines[0] ?? '')) return parseCsv(text, subject, block.line);
  const form = textForm(text);
  if (form === 'json') return parseText(text, subject, { found });
  if (form === 'yaml') return parseYaml(text, subject);
  const values = parseValues(lines) ?? (form === 'pasted' ? shellVariables(text, found) : undefined);
  if (values !== undefined) return values;
  if (form === 'pasted' || form === 'xml') throw unknownForm(subject, block);
  return parseText(text, subject, { found });
}

const clientMessage =
  /^usage: |: error: |^\(?HTTP |\(HTTP \d{3}\)|^\w*(?:Exception|Error)\b.{0,80}:|^(?:No|More than one) .*(?:exists|found)|^Missing value |command not found|^Traceback /;

/** What a client says instead of an answer must not pass for one. */
function refuseMessages(lines: readonly string[], subject: string): void {
  const said = lines.find(line => clientMessage.test(line));
  if (said === undefined) return;
  const what = `${subject} is a message of the client and no answer: ${quoted(lines.find(line => line.includes('error:')) ?? said)}; give what it prints with -f json`;
  throw new QuotaError('invalid-input', subject, what);
}

/** `-f shell` where a value has several lines. */
function shellVariables(text: string, found: Diagnostic[]): Json | undefined {
  const variable = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"[ \t]*(?:\n|$)/y;
  const values = new Map<string, Json>();
  while (variable.lastIndex < text.length) {
    const match = variable.exec(text);
    if (match === null) return undefined;
    const [, name = '', value = ''] = match;
    if (values.has(name)) found.push({ code: 'given-twice', severity: 'warning', path: name });
    values.set(name, value.replaceAll('\\"', '"'));
  }
  return values;
}

/** What was printed after a command stands for it; without that the command itself tells. */
function putTogether(command: ClientCommand | undefined, documents: readonly Json[], paste: Paste): void {
  for (const document of documents) place(document, command, paste);
  if (command === undefined || (documents.length > 0 && !lacksProperties(command, documents))) return;
  if (!changesAnything(command)) passOver(command, paste);
  else applyCommand(command, paste);
}

/** Old clients print a new flavor without what was set on it. */
function lacksProperties({ subject }: ClientCommand, documents: readonly Json[]): boolean {
  const printed = documents.find(document => document instanceof Map);
  return (
    subject === 'flavor' &&
    printed instanceof Map &&
    !printed.has('properties') &&
    !printed.has('extra_specs')
  );
}

function passOver({ told, line }: ClientCommand, { found }: Paste): void {
  found.push({
    code: 'command-passed-over',
    severity: 'info',
    path: `line ${line}`,
    args: { command: told },
  });
}

function place(document: Json, command: ClientCommand | undefined, paste: Paste): void {
  const rows: readonly Json[] = Array.isArray(document) ? document : [document];
  const [first] = rows;
  if (!(first instanceof Map)) return;
  const keys = [...first.keys()].map(key => key.toLowerCase().replaceAll(' ', '_'));
  const has = (...names: readonly string[]) => names.some(name => keys.includes(name));
  if (has('max_kbps', 'min_kbps', 'dscp_mark', 'max_kpps', 'min_kpps')) {
    placeRules(rows, command, paste);
    return;
  }
  const drafts = has('rules') ? paste.policies : has('consumer') ? paste.qosSpecs : paste.flavors;
  for (const row of rows) if (row instanceof Map) replaceDraft(drafts, row);
}

function placeRules(rows: readonly Json[], command: ClientCommand | undefined, paste: Paste): void {
  for (const row of rows) {
    if (!(row instanceof Map)) continue;
    if (command !== undefined) addPrintedRule(command, row, paste);
    else addRules(draftNamed(paste.policies, undefined), [row]);
  }
}
