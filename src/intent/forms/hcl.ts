import { type Json, maxJsonDepth, scalarText } from '../json-text.ts';
import { quoted, refusedLine } from './refusal.ts';

const blank = /(?:[\s,;]+|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
const text = /"((?:[^"\\\n]|\\.)*)"/y;
const number = /-?[0-9]+(?:\.[0-9]+)?(?![\w.])/y;
const word = /[A-Za-z_][\w-]*/y;
const blockHead = /([A-Za-z_][\w-]*)((?:\s+"[^"\n]*")*)\s*\{/y;
const attribute = /("(?:[^"\\\n]|\\.)*"|\([^()\n]*\)|[A-Za-z_][\w:.-]*)\s*[=:](?!=)\s*/y;

/** Whether a text is Terraform's: a resource, or its extra specs alone. */
export function isHcl(source: string): boolean {
  return /^[ \t]*(?:resource[ \t]+"[^"\n]*"[ \t]+"[^"\n]*"[ \t]*\{|(?:extra_specs|specs)[ \t]*=?[ \t]*\{)/m.test(
    source,
  );
}

/**
 * Reads a flavor, a volume QoS or port rules of Terraform, literal values alone: a reference to something else is nothing
 * that a file can tell by itself.
 *
 * @see terraform-provider-openstack openstack/resource_openstack_compute_flavor_v2.go
 * @throws QuotaError `invalid-input` with the line that is something else.
 */
export function parseHcl(source: string, subject: string): Json {
  const cursor: Cursor = { source, subject, at: 0, depth: 0 };
  const lists = new Map<string, Json[]>();
  const bare = parseBody(cursor, (type, body) => {
    const list = listOf[type];
    if (list === undefined) return;
    if (type.startsWith('openstack_networking_qos')) body.set('type', ruleTypes[type] ?? '');
    lists.set(list, [...(lists.get(list) ?? []), body]);
  });
  const rules = lists.get('rules');
  if (lists.size === 0) return withoutUnknown(bare, cursor);
  lists.delete('rules');
  const json = new Map<string, Json>(
    [...lists].map(([name, list]) => [name, list.map(one => withoutUnknown(one, cursor))]),
  );
  if (rules !== undefined)
    json.set('policies', [new Map([['rules', rules.map(rule => withoutUnknown(rule, cursor))]])]);
  return json;
}

const ruleTypes: Readonly<Record<string, string>> = {
  openstack_networking_qos_bandwidth_limit_rule_v2: 'bandwidth_limit',
  openstack_networking_qos_dscp_marking_rule_v2: 'dscp_marking',
  openstack_networking_qos_minimum_bandwidth_rule_v2: 'minimum_bandwidth',
};
const listOf: Readonly<Record<string, string>> = {
  openstack_compute_flavor_v2: 'flavors',
  openstack_blockstorage_qos_v3: 'qos_specs',
  ...Object.fromEntries(Object.keys(ruleTypes).map(type => [type, 'rules'])),
};
/** The members of those that say what is asked for. */
const asking = new Set([
  'extra_specs',
  'specs',
  'consumer',
  'max_kbps',
  'max_burst_kbps',
  'min_kbps',
  'dscp_mark',
  'direction',
]);

interface Cursor {
  readonly source: string;
  readonly subject: string;
  at: number;
  depth: number;
}

/** An expression, which only Terraform could work out. */
class Unknown extends Map<string, Json> {
  readonly expression: string;
  readonly offset: number;

  constructor(expression: string, offset: number) {
    super();
    this.expression = expression;
    this.offset = offset;
  }
}

function parseBody(
  cursor: Cursor,
  onResource: (type: string, body: Map<string, Json>) => void,
): Map<string, Json> {
  const body = new Map<string, Json>();
  for (;;) {
    take(cursor, blank);
    if (cursor.at >= cursor.source.length || cursor.source[cursor.at] === '}') return body;
    const key = take(cursor, attribute);
    if (key !== undefined) {
      body.set(plainKey(key[1] ?? '', cursor), parseValue(cursor));
      continue;
    }
    const head = take(cursor, blockHead);
    if (head === undefined) throw refused(cursor, 'is not Terraform that is read');
    const inner = deeper(cursor, () => parseBody(cursor, onResource));
    close(cursor, '}');
    if (head[1] === 'resource') onResource(/"([^"]*)"/.exec(head[2] ?? '')?.[1] ?? '', inner);
    else if (/^(?:extra_specs|specs)$/.test(head[1] ?? '')) body.set(head[1] ?? '', inner);
  }
}

function plainKey(written: string, cursor: Cursor): string {
  if (written.startsWith('('))
    throw refused(cursor, `${quoted(written)} is a key that only Terraform could tell`);
  return written.startsWith('"') ? unescaped(written.slice(1, -1)) : written;
}

function parseValue(cursor: Cursor): Json {
  take(cursor, blank);
  const start = cursor.at;
  const value = literal(cursor);
  // A literal that an operator follows is part of an expression.
  const isWhole =
    value !== undefined &&
    /^[ \t]*(?:[,}\]\n#;]|\/\/|\/\*|$)/.test(cursor.source.slice(cursor.at, cursor.at + 200));
  if (isWhole) return value;
  cursor.at = start;
  return skipExpression(cursor);
}

function literal(cursor: Cursor): Json | undefined {
  const mark = cursor.source[cursor.at];
  if (mark === '{') return object(cursor);
  if (mark === '[') return list(cursor);
  const quote = take(cursor, text);
  if (quote !== undefined)
    return /(?<!\$)\$\{|(?<!%)%\{/.test(quote[1] ?? '') ? undefined : unescaped(quote[1] ?? '');
  const digits = take(cursor, number);
  if (digits !== undefined) return { number: digits[0] };
  const name = take(cursor, word)?.[0];
  if (name === 'true' || name === 'false') return name === 'true';
  return name === 'null' ? null : undefined;
}

function object(cursor: Cursor): Json | undefined {
  cursor.at += 1;
  take(cursor, blank);
  if (/^(?:for)\b/.test(cursor.source.slice(cursor.at, cursor.at + 4))) return undefined;
  const body = deeper(cursor, () => parseBody(cursor, () => {}));
  close(cursor, '}');
  return body;
}

function list(cursor: Cursor): Json | undefined {
  cursor.at += 1;
  const items: Json[] = [];
  for (;;) {
    take(cursor, blank);
    if (cursor.source[cursor.at] === ']') break;
    if (cursor.at >= cursor.source.length || /^for\b/.test(cursor.source.slice(cursor.at, cursor.at + 4)))
      return undefined;
    const start = cursor.at;
    items.push(deeper(cursor, () => parseValue(cursor)));
    // What ends something else than a list.
    if (cursor.at === start) return undefined;
  }
  cursor.at += 1;
  return items;
}

/** To the end of the line, or of the brackets that it opens. */
function skipExpression(cursor: Cursor): Json {
  const start = cursor.at;
  let open = 0;
  for (; cursor.at < cursor.source.length; cursor.at += 1) {
    if (take(cursor, text) !== undefined) cursor.at -= 1;
    const mark = cursor.source[cursor.at] ?? '';
    if (open === 0 && /[\n,}\]]/.test(mark)) break;
    if (/[({[]/.test(mark)) open += 1;
    if (/[)}\]]/.test(mark)) open -= 1;
  }
  return new Unknown(cursor.source.slice(start, cursor.at), start);
}

/** What is asked for must be known; what describes it is kept where it is a plain value. */
function withoutUnknown(json: Json, cursor: Cursor, isAsking = false): Json {
  if (json instanceof Unknown) {
    throw refused(
      { ...cursor, at: json.offset },
      `${quoted(json.expression)} is known to Terraform alone: write the value itself, or give openstack flavor show -f json`,
    );
  }
  if (Array.isArray(json)) return json.map(item => withoutUnknown(item, cursor, isAsking));
  if (!(json instanceof Map)) return json;
  const kept = [...json].filter(
    ([key, value]) => isAsking || asking.has(key) || scalarText(value) !== undefined,
  );
  return new Map(
    kept.map(([key, value]) => [key, withoutUnknown(value, cursor, isAsking || asking.has(key))]),
  );
}

function deeper<T>(cursor: Cursor, read: () => T): T {
  cursor.depth += 1;
  if (cursor.depth > maxJsonDepth) throw refused(cursor, `more than ${maxJsonDepth} levels`);
  const value = read();
  cursor.depth -= 1;
  return value;
}

function close(cursor: Cursor, mark: string): void {
  take(cursor, blank);
  if (cursor.source[cursor.at] !== mark) throw refused(cursor, `'${mark}' was expected`);
  cursor.at += 1;
}

function take(cursor: Cursor, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = cursor.at;
  const match = pattern.exec(cursor.source) ?? undefined;
  if (match !== undefined) cursor.at += match[0].length;
  return match;
}

function unescaped(inner: string): string {
  return inner
    .replace(/\\(.)/g, (_, mark: string) => ({ n: '\n', t: '\t', r: '\r' })[mark] ?? mark)
    .replaceAll('$${', '${')
    .replaceAll('%%{', '%{');
}

function refused({ source, subject, at }: Cursor, what: string): Error {
  return refusedLine(subject, source.slice(0, at).split('\n').length, what);
}
