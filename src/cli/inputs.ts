import { constants, createReadStream, readFileSync, type Stats, statSync } from 'node:fs';
import { QuotaError } from '../errors.ts';
import { type TextReader, textForm } from '../intent/text-form.ts';

/**
 * The text of a file, or of standard input for `-`.
 *
 * @param limit largest size in bytes; a larger input is refused after that many, never held whole
 * @throws QuotaError `invalid-input`: not there, not readable, too large, not UTF-8
 */
export async function readInput(path: string, limit: number): Promise<string> {
  const name = inputName(path);
  const whole = path === '-' ? undefined : readAtOnce(path, limit);
  if (whole !== undefined) return decode(whole, name);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of openInput(path)) {
    size += chunk.length;
    if (size > limit)
      throw new QuotaError('invalid-input', name, `'${name}' is larger than ${mebibytes(limit)}`);
    chunks.push(chunk);
  }
  return decode(Buffer.concat(chunks), name);
}

/** A regular file that is not too large, without loading streams; undefined: whatever else it is. @throws QuotaError */
function readAtOnce(path: string, limit: number): Buffer | undefined {
  try {
    const facts = statSync(path);
    checkKind(path, facts);
    if (!facts.isFile() || facts.size === 0 || facts.size > limit) return undefined;
    const bytes = readFileSync(path, { flag: flagsFor(path) });
    return bytes.length > limit ? undefined : bytes;
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** What a shell hands over, by its number: `/dev/stdin`, `<(…)`. */
const HANDED_OVER = /^\/(?:dev\/(?:stdin|fd\/\d+)|proc\/(?:self|\d+)\/fd\/\d+)$/;
/** `/dev/null` on Linux. */
const NULL_DEVICE = (1 << 8) | 3;

/** Opening a FIFO waits for somebody, and opening a device may do something. @throws Error */
function checkKind(path: string, facts: Stats): void {
  if (facts.isFile() || HANDED_OVER.test(path) || facts.rdev === NULL_DEVICE) return;
  throw new Error(facts.isDirectory() ? 'is a folder' : 'is not a regular file');
}

/** Whatever has come into a file's place meanwhile is not waited for; what was handed over may be. */
function flagsFor(path: string): string {
  const flags = constants.O_RDONLY | (HANDED_OVER.test(path) ? 0 : constants.O_NONBLOCK | constants.O_NOCTTY);
  // Numbers are taken, too, whatever the types say.
  return flags as unknown as string;
}

/**
 * The bytes of a file, or of standard input for `-`, as they come.
 *
 * @throws QuotaError `invalid-input`: not there, not readable
 */
export async function* openInput(path: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of path === '-' ? process.stdin : opened(path)) yield chunk as Buffer;
  } catch (error) {
    throw unreadable(path, error);
  }
}

function opened(path: string): AsyncIterable<unknown> {
  checkKind(path, statSync(path));
  return createReadStream(path, { flags: flagsFor(path) });
}

function unreadable(path: string, error: unknown): QuotaError {
  const name = inputName(path);
  return new QuotaError('invalid-input', name, `cannot read '${name}': ${reasonOf(error)}`, { cause: error });
}

/**
 * The text of an input that must say something.
 *
 * @param what what is expected in it, for the message: `a flavor`.
 * @throws QuotaError `invalid-input`, as {@link readInput}, and when it is empty
 */
export async function readText(path: string, limit: number, what: string): Promise<string> {
  const text = await readInput(path, limit);
  if (text.trim() !== '') return text;
  const name = inputName(path);
  throw new QuotaError('invalid-input', name, `'${name}' is empty: ${what} is expected`);
}

/** What `read` makes of an input; whatever is wrong with it is told with the input's name. */
export function fromInput<T>(path: string, read: () => T): T {
  const name = `'${inputName(path)}'`;
  try {
    return read();
  } catch (error) {
    if (!(error instanceof QuotaError) || error.message.includes(name)) throw error;
    throw new QuotaError(error.code, error.subject, `${name}: ${error.message}`, { cause: error });
  }
}

/** What an input is called in messages. */
export function inputName(path: string): string {
  return path === '-' ? 'standard input' : path;
}

/** Standard input can be read once. @throws QuotaError `invalid-input` when two inputs are `-` */
export function checkOneStdin(paths: readonly (string | undefined)[]): void {
  if (paths.filter(path => path === '-').length < 2) return;
  throw new QuotaError('invalid-input', '-', "only one input can be standard input ('-')");
}

/** The parser that a text needs besides JSON's and that of lines: it is large, and most texts need none. */
export async function readerFor(text: string): Promise<TextReader | undefined> {
  const form = textForm(text);
  if (form === 'yaml') return (await import('../intent/yaml-text.ts')).parseYaml;
  return form === 'pasted' ? (await import('../intent/forms/pasted.ts')).parsePasted : undefined;
}

function decode(bytes: Buffer, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new QuotaError('invalid-input', name, `'${name}' is not UTF-8 text`, { cause: error });
  }
}

function mebibytes(bytes: number): string {
  return `${bytes / 1024 / 1024} MiB`;
}

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'no such file';
  if (code === 'EISDIR') return 'is a folder';
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  return error instanceof Error ? error.message : String(error);
}
