import { hash } from 'node:crypto';
import { posix } from 'node:path';
import { z } from 'zod';
import { QuotaError } from '../errors.ts';
import type { CommandResult } from '../ports/host.ts';
import { readJson, readRequired } from './capture-files.ts';
import { type CapturePart, jsonPart } from './capture-part.ts';
import type { CaptureSource } from './capture-source.ts';
import { unreadIn, unreadOf, unreadSchema } from './capture-unread.ts';
import { recent } from './recent.ts';
import type { Recorded, RecordedSource, Recording } from './recorded.ts';

const argv = z.array(z.string());
const lines = z.array(z.string());

const namesSchema = z.array(z.string());
const foldersSchema = unreadSchema.extend({ names: z.record(z.string(), namesSchema).optional() });
const finishedSchema = z.object({ argv, exitCode: z.number(), stdout: lines, stderr: lines });
const commandSchema = z.union([finishedSchema, z.object({ argv, unreadable: z.string() })]);
type SavedCommand = z.infer<typeof commandSchema>;

/** Results that are kept: many domains ask the same of Open vSwitch, whose answer is for the whole host. */
const COMMANDS_KNOWN = 24;
/**
 * Characters of an output that are kept with it. Of a large host Open vSwitch's are millions, and what asks for them
 * keeps what they mean.
 */
const MOST_KEPT = 64 * 1024;

/**
 * What was read of the host: `files/PATH`, `folders/PATH/names.json`, a file in `commands/` for each command;
 * `files.json` and `folders.json` for what has no text.
 */
export function* hostParts(recording: Recording): Generator<CapturePart> {
  for (const [path, recorded] of recording.files) {
    if ('value' in recorded) yield { path: `files${plain(path)}`, text: recorded.value };
  }
  for (const [path, recorded] of recording.folders) {
    if ('value' in recorded) yield jsonPart(namesFile(plain(path)), recorded.value);
  }
  for (const [key, recorded] of recording.commands) {
    const words = argv.parse(JSON.parse(key));
    yield jsonPart(commandFile(words, JSON.stringify(words)), savedCommand(words, recorded));
  }
  yield jsonPart('files.json', unreadOf(recording.files));
  yield jsonPart('folders.json', unreadOf(recording.folders));
}

/** The host's side of a capture. @param version of its format @throws QuotaError `invalid-input` */
export function readHost(
  source: CaptureSource,
  version: number,
): Pick<RecordedSource, 'file' | 'folder' | 'command'> {
  const files = unreadIn(readRequired(source, 'files.json', unreadSchema));
  const saved = readRequired(source, 'folders.json', foldersSchema);
  const folders = unreadIn(saved);
  const names = new Map(Object.entries(saved.names ?? {}));
  const older = version === 1 ? olderCommands(source) : undefined;
  const known = recent<string, Recorded<CommandResult> | undefined>(COMMANDS_KNOWN);
  return {
    file: async path => files(path) ?? found(source.read(`files${path}`)),
    folder: async path =>
      folders(path) ?? found(names.get(path) ?? readJson(source, namesFile(path), namesSchema)),
    command: async words => {
      const key = JSON.stringify(words);
      return older === undefined ? known(key, () => readCommand(source, words, key)) : older.get(key);
    },
  };
}

/** All commands were in one file. */
function olderCommands(source: CaptureSource): ReadonlyMap<string, Recorded<CommandResult>> {
  const commands = readRequired(source, 'commands.json', z.array(commandSchema));
  return new Map(commands.map(command => [JSON.stringify(command.argv), recordedCommand(command)]));
}

function readCommand(
  source: CaptureSource,
  words: readonly string[],
  key: string,
): Recorded<CommandResult> | undefined {
  const command = readJson(source, commandFile(words, key), commandSchema);
  if (command?.argv.join('\0') !== words.join('\0')) return undefined;
  const recorded = recordedCommand(command);
  return isLong(recorded) ? { value: rereading(source, words, key, recorded.value) } : recorded;
}

function isLong(recorded: Recorded<CommandResult>): recorded is { readonly value: CommandResult } {
  return 'value' in recorded && recorded.value.stdout.length > MOST_KEPT;
}

/**
 * The same without its output once somebody has had it: whoever wants it after that reads it again.
 * @throws QuotaError as it is read
 */
function rereading(
  source: CaptureSource,
  words: readonly string[],
  key: string,
  { exitCode, stdout, stderr }: CommandResult,
): CommandResult {
  let first: string | undefined = stdout;
  return {
    exitCode,
    stderr,
    get stdout() {
      const text = first ?? readRequired(source, commandFile(words, key), finishedSchema).stdout.join('\n');
      first = undefined;
      return text;
    },
  };
}

function namesFile(path: string): string {
  return `folders${path === '/' ? '' : path}/names.json`;
}

/** People see which it is; the digest tells apart those that begin alike. @param key the words as JSON */
function commandFile(words: readonly string[], key: string): string {
  const digest = hash('sha256', key).slice(0, 16);
  const start = words
    .join('_')
    .replace(/[^\w.:-]/g, '_')
    .slice(0, 80);
  return `commands/${start}-${digest}.json`;
}

/** A path that stays where it is put. */
function plain(path: string): string {
  if (path.startsWith('/') && posix.normalize(path) === path && !path.includes('\0')) return path;
  throw new QuotaError('internal', path, `'${path}' cannot be put into a capture`);
}

function found<T>(value: T | undefined): Recorded<T> | undefined {
  return value === undefined ? undefined : { value };
}

/** Output as lists of lines: one long string is nothing to look at. */
function savedCommand(words: string[], recorded: Recorded<CommandResult>): SavedCommand {
  if (!('value' in recorded)) return { argv: words, unreadable: 'error' in recorded ? recorded.error : '' };
  const { exitCode, stdout, stderr } = recorded.value;
  return { argv: words, exitCode, stdout: stdout.split('\n'), stderr: stderr.split('\n') };
}

function recordedCommand(command: SavedCommand): Recorded<CommandResult> {
  if ('unreadable' in command) return { error: command.unreadable };
  const { exitCode, stdout, stderr } = command;
  return { value: { exitCode, stdout: stdout.join('\n'), stderr: stderr.join('\n') } };
}
