import { lstat, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { z } from 'zod';
import { QuotaError } from '../errors.ts';
import type { CommandResult } from '../ports/host.ts';
import { listFiles, readJson, readText, usable, writeJson } from './capture-files.ts';
import type { Recorded, Recording } from './recording.ts';

const reasons = z.record(z.string(), z.string());
const argv = z.array(z.string());
const lines = z.array(z.string());

const unreadSchema = z.object({ absent: z.array(z.string()), unreadable: reasons });
const foldersSchema = unreadSchema.extend({ names: z.record(z.string(), z.array(z.string())) });
const commandsSchema = z.array(
  z.union([
    z.object({ argv, exitCode: z.number(), stdout: lines, stderr: lines }),
    z.object({ argv, unreadable: z.string() }),
  ]),
);

/** Writes what was read of the host: `files/<path>`, `files.json` for those without text, `folders.json`, `commands.json`. */
export async function saveHost(recording: Recording, folder: string): Promise<void> {
  await usable(folder, () => mkdir(join(folder, 'files')));
  for (const [path, recorded] of recording.files) {
    if ('value' in recorded) await saveFile(join(folder, 'files', plain(path)), recorded.value);
  }
  await writeJson(join(folder, 'files.json'), unreadOf(recording.files));
  const names = entriesWithValue(recording.folders);
  await writeJson(join(folder, 'folders.json'), { ...unreadOf(recording.folders), names });
  await writeJson(join(folder, 'commands.json'), commandsOf(recording));
}

/** Reads it back into a recording. @throws QuotaError `invalid-input` */
export async function loadHost(recording: Recording, folder: string): Promise<void> {
  const root = join(folder, 'files');
  if (!(await usable(root, () => lstat(root))).isDirectory()) {
    throw new QuotaError('invalid-input', root, `'${root}' is not a folder`);
  }
  for (const path of await listFiles(root)) {
    recording.files.set(`/${path}`, { value: await readText(join(root, path)) });
  }
  restoreUnread(recording.files, await readJson(join(folder, 'files.json'), unreadSchema));
  const folders = await readJson(join(folder, 'folders.json'), foldersSchema);
  restoreUnread(recording.folders, folders);
  for (const [path, names] of Object.entries(folders.names)) recording.folders.set(path, { value: names });
  for (const command of await readJson(join(folder, 'commands.json'), commandsSchema)) {
    recording.commands.set(JSON.stringify(command.argv), recordedCommand(command));
  }
}

async function saveFile(file: string, text: string): Promise<void> {
  await usable(file, async () => {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  });
}

/** A path that stays where it is put. */
function plain(path: string): string {
  if (path.startsWith('/') && posix.normalize(path) === path && !path.includes('\0')) return path;
  throw new QuotaError('internal', path, `'${path}' cannot be put into a capture`);
}

function unreadOf(recorded: ReadonlyMap<string, Recorded<unknown>>): z.infer<typeof unreadSchema> {
  const entries = [...recorded];
  return {
    absent: entries.filter(([, one]) => 'absent' in one).map(([path]) => path),
    unreadable: Object.fromEntries(
      entries.flatMap(([path, one]) => ('error' in one ? [[path, one.error] as const] : [])),
    ),
  };
}

function restoreUnread<T>(into: Map<string, Recorded<T>>, unread: z.infer<typeof unreadSchema>): void {
  for (const path of unread.absent) into.set(path, { absent: true });
  for (const [path, error] of Object.entries(unread.unreadable)) into.set(path, { error });
}

function entriesWithValue<T>(recorded: ReadonlyMap<string, Recorded<T>>): Readonly<Record<string, T>> {
  const entries = [...recorded];
  return Object.fromEntries(
    entries.flatMap(([path, one]) => ('value' in one ? [[path, one.value] as const] : [])),
  );
}

/** Output as lists of lines: one long string is nothing to look at. */
function commandsOf(recording: Recording): z.infer<typeof commandsSchema> {
  return [...recording.commands].map(([key, recorded]) => {
    const command = argv.parse(JSON.parse(key));
    if (!('value' in recorded))
      return { argv: command, unreadable: 'error' in recorded ? recorded.error : '' };
    const { exitCode, stdout, stderr } = recorded.value;
    return { argv: command, exitCode, stdout: stdout.split('\n'), stderr: stderr.split('\n') };
  });
}

function recordedCommand(command: z.infer<typeof commandsSchema>[number]): Recorded<CommandResult> {
  if ('unreadable' in command) return { error: command.unreadable };
  const { exitCode, stdout, stderr } = command;
  return { value: { exitCode, stdout: stdout.join('\n'), stderr: stderr.join('\n') } };
}
