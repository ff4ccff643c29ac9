import type { Diagnostic } from '../diagnostics.ts';
import { QuotaError } from '../errors.ts';
import { type Json, jsonType, parseJson, scalarText } from './json-text.ts';
import { findQuotaKey, quotaPrefix } from './quota-keys.ts';

type Member = 'extra_specs' | 'qos_specs';

/** A line while it is read. */
export interface BulkSource {
  readonly text: string;
  /** Its number. */
  readonly line: number;
  readonly diagnostics: Diagnostic[];
}

/**
 * The keys and values of a line's `extra_specs` or `qos_specs`. Values that are neither text nor number are left out:
 * Nova leaves out None, except where it makes a number of it and fails.
 *
 * @param value what `JSON.parse` made of it.
 * @returns undefined: it is not an object, and a finding says so.
 */
export function readBulkSpecs(
  source: BulkSource,
  member: Member,
  value: unknown,
): Readonly<Record<string, string>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    source.diagnostics.push(wrongType(source, member, value, 'an object'));
    return undefined;
  }
  return isAllText(value) ? value : exactSpecs(source, member);
}

/** A finding on a member of a line, or on all of it (`member` is empty then). */
export function wrongType(
  { line }: BulkSource,
  member: string,
  value: unknown,
  expected: string,
): Diagnostic {
  const path = member === '' ? `line ${line}` : `line ${line}/${member}`;
  return { code: 'wrong-type', severity: 'error', path, args: { is: shown(value), expected } };
}

/** A finding on a line as a whole. */
export function unreadable(line: number, reason: string): Diagnostic {
  return { code: 'unreadable', severity: 'error', path: `line ${line}`, args: { reason } };
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'string' ? `'${value.slice(0, 100)}'` : String(value);
}

function isAllText(specs: object): specs is Readonly<Record<string, string>> {
  for (const value of Object.values(specs)) if (typeof value !== 'string') return false;
  return true;
}

/** `JSON.parse` forgets how a number was written, so that the line is read once more. */
function exactSpecs(source: BulkSource, member: Member): Readonly<Record<string, string>> | undefined {
  const exact = parseExactly(source);
  if (exact === undefined) return undefined;
  const specs: Record<string, string> = Object.create(null);
  const given = exact.get(member) as ReadonlyMap<string, Json>;
  for (const [key, value] of given) {
    const text = scalarText(value);
    if (text === undefined) {
      if (value === null && member === 'extra_specs') forgetLimit(specs, key);
      const fails = member === 'extra_specs' ? failsInNova(key, value) : failsInCinder(key, value, given);
      source.diagnostics.push(notScalar(key, value, fails));
    } else specs[key] = text;
  }
  return specs;
}

/** undefined: it is not JSON, or nested too deep, and a finding says so. */
export function parseExactly({ text, line, diagnostics }: BulkSource): ReadonlyMap<string, Json> | undefined {
  try {
    return parseJson(text, 'it', { firstLine: line }) as ReadonlyMap<string, Json>;
  } catch (error) {
    if (!(error instanceof QuotaError)) throw error;
    diagnostics.push(unreadable(line, error.message));
    return undefined;
  }
}

/** None wins over what an earlier key asked for, like any later value. */
function forgetLimit(specs: Record<string, string>, key: string): void {
  const entry = findQuotaKey(key)?.entry;
  for (const earlier of Object.keys(specs)) {
    if (entry !== undefined && findQuotaKey(earlier)?.entry === entry) delete specs[earlier];
  }
}

function notScalar(key: string, value: Json, fails: boolean): Diagnostic {
  const severity = fails ? 'error' : 'warning';
  return { code: 'not-a-scalar', severity, path: key, args: { type: jsonType(value) } };
}

/** Cinder makes numbers of a limit per GiB and what belongs to it; Nova leaves out None. */
function failsInCinder(key: string, value: Json, given: ReadonlyMap<string, Json>): boolean {
  if (value !== null) return true;
  const base = /^((?:read|write|total)_(?:bytes|iops)_sec)_(?:per_gb|per_gb_min|max)$/.exec(key)?.[1];
  return base !== undefined && given.has(`${base}_per_gb`);
}

/** Nova makes a number of what cpu keys say, and leaves out None everywhere else. */
function failsInNova(key: string, value: Json): boolean {
  if (value !== null) return key.startsWith(quotaPrefix);
  const entry = findQuotaKey(key)?.entry;
  return entry?.consumer === 'libvirt' && entry.copied === 'as-int';
}
