import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Scalar,
  type YAMLError,
} from 'yaml';
import { QuotaError } from '../errors.ts';
import { type Json, maxJsonDepth } from './json-text.ts';

/** What a walk through the nodes needs. */
interface Walk {
  readonly subject: string;
  readonly lines: LineCounter;
}

/**
 * Reads one YAML 1.2 document as the same values as JSON. What is not quoted keeps its text: `0x10`, `1_000` and `yes`
 * stay what is written, and so do numbers; only `null`, `~` and nothing at all are null. Aliases, tags and a key given
 * twice are refused.
 *
 * @param subject what the text is, for messages.
 * @throws QuotaError `invalid-input` with line and column.
 */
export function parseYaml(text: string, subject: string): Json {
  const lines = new LineCounter();
  const walk: Walk = { subject, lines };
  if (isMonstrous(text)) throw tooDeep(walk);
  const document = parseDocument(text.replace(/^\ufeff/, ''), {
    lineCounter: lines,
    version: '1.2',
    schema: 'core',
    prettyErrors: false,
    // Looking for them is quadratic there.
    uniqueKeys: false,
  });
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) throw refusal(error, walk);
  return jsonOf(document.contents, walk, 0);
}

/** The parser's own memory grows with its depth, so that the process ends: what may be that deep must not reach it. */
function isMonstrous(text: string): boolean {
  return (text.match(/[[{]/g)?.length ?? 0) > 10_000 || /(?:[-?][ \t]+){65}/.test(text);
}

function refusal(error: YAMLError, walk: Walk): QuotaError {
  if (error.message.includes('call stack')) return tooDeep(walk);
  const what = error.code === 'MULTIPLE_DOCS' ? 'only one document is read' : error.message;
  return problem(walk, error.pos[0], what);
}

function tooDeep({ subject }: Walk): QuotaError {
  return new QuotaError('invalid-input', subject, `${subject}: more than ${maxJsonDepth} levels`);
}

function jsonOf(node: unknown, walk: Walk, depth: number): Json {
  if (depth > maxJsonDepth) throw tooDeep(walk);
  if (node === null || node === undefined) return null;
  if (isAlias(node)) throw problem(walk, node.range?.[0], 'aliases are not read: write the value out');
  if (hasTag(node)) throw problem(walk, node.range?.[0], `tag '${node.tag}' is not read`);
  if (isScalar(node)) return scalarOf(node);
  if (isSeq(node)) return node.items.map(item => jsonOf(item, walk, depth + 1));
  if (!isMap(node)) return null;
  const object = new Map<string, Json>();
  for (const { key, value } of node.items) {
    const name = keyOf(key, walk);
    if (object.has(name)) throw problem(walk, offsetOf(key), `'${name}' is given twice`);
    object.set(name, jsonOf(value, walk, depth + 1));
  }
  return object;
}

function keyOf(key: unknown, walk: Walk): string {
  if (isScalar(key) && !hasTag(key)) return key.source ?? '';
  throw problem(walk, offsetOf(key), 'a key must be a plain or quoted text');
}

function offsetOf(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range?.[0] : undefined;
}

function hasTag(node: unknown): node is { readonly tag: string; readonly range?: readonly number[] } {
  return typeof (node as { readonly tag?: unknown }).tag === 'string';
}

function scalarOf(scalar: Scalar): Json {
  const text = scalar.source ?? '';
  if (scalar.type !== 'PLAIN') return text;
  if (scalar.value === null) return null;
  if (text === 'true' || text === 'false') return text === 'true';
  return typeof scalar.value === 'number' ? { number: text } : text;
}

function problem({ subject, lines }: Walk, offset: number | undefined, what: string): QuotaError {
  const { line, col } = lines.linePos(offset ?? 0);
  const sentence = what.replace(/\s+/g, ' ').replace(/^[A-Z](?=[a-z])/, first => first.toLowerCase());
  return new QuotaError(
    'invalid-input',
    subject,
    `${subject} is not YAML that is read, at line ${line}, column ${col}: ${sentence}`,
  );
}
