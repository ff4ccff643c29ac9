import { isAlias, isMap, isScalar, isSeq, type ParsedNode, parseDocument, Scalar } from 'yaml';
import { QuotaError } from '../errors.ts';
import { type Json, maxJsonDepth } from './json-text.ts';

/**
 * Reads YAML 1.2 (core schema) into the same values as {@link parseJson}: numbers keep their text. Anchors and aliases
 * are refused, so that no input is larger than it looks; so are tags and a second document.
 *
 * @param subject what the text is, for messages.
 * @throws QuotaError `invalid-input` with line and column when it is not YAML, or nested too deep.
 */
export function parseYaml(text: string, subject: string): Json {
  const parsed = document(text, subject);
  const problem = [...parsed.errors, ...parsed.warnings][0];
  if (problem !== undefined) {
    const place = problem.linePos?.[0];
    const where = place === undefined ? '' : ` at line ${place.line}, column ${place.col}`;
    throw refused(
      subject,
      `is not YAML${where}: ${problem.message.split('\n', 1)[0]?.replace(/ at line.*$/, '')}`,
    );
  }
  return valueAt(parsed.contents, subject, 0);
}

function document(text: string, subject: string) {
  try {
    return parseDocument(text, { version: '1.2', schema: 'core', prettyErrors: true, logLevel: 'error' });
  } catch (error) {
    if (error instanceof RangeError) throw refused(subject, `has more than ${maxJsonDepth} levels`);
    throw error;
  }
}

function valueAt(node: ParsedNode | null, subject: string, depth: number): Json {
  if (depth > maxJsonDepth) throw refused(subject, `has more than ${maxJsonDepth} levels`);
  if (node === null) return null;
  if (isAlias(node)) throw refused(subject, `uses the alias '*${node.source}': aliases are not read`);
  if (isScalar(node)) return scalarOf(node);
  if (isSeq(node)) return node.items.map(item => valueAt(item as ParsedNode, subject, depth + 1));
  if (!isMap(node)) throw refused(subject, 'holds something that is neither text, list nor object');
  return new Map(
    node.items.map(({ key, value }): [string, Json] => [
      keyOf(key as ParsedNode, subject),
      valueAt(value as ParsedNode | null, subject, depth + 1),
    ]),
  );
}

function keyOf(key: ParsedNode, subject: string): string {
  if (isScalar(key)) return key.source ?? String(key.value);
  throw refused(subject, 'has a key that is not text');
}

function scalarOf(node: Scalar): Json {
  if (node.type !== Scalar.PLAIN || typeof node.value === 'string') return String(node.value);
  if (typeof node.value === 'boolean' || node.value === null) return node.value;
  return { number: node.source ?? String(node.value) };
}

function refused(subject: string, what: string): QuotaError {
  return new QuotaError('invalid-input', subject, `${subject} ${what}`);
}
