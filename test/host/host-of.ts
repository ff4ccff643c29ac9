import { type CommandResult, HostReadError, type HostReader } from '../../src/ports/host.ts';

/**
 * A host in memory: files by path (folders follow from them), reasons why a file cannot be read, and what commands
 * answer by their line.
 */
export function hostOf(
  files: Readonly<Record<string, string>>,
  unreadable: Readonly<Record<string, string>> = {},
  commands: Readonly<Record<string, string | CommandResult>> = {},
): HostReader {
  return {
    readFile: async path => {
      const why = unreadable[path];
      if (why !== undefined) throw new HostReadError(why);
      return files[path];
    },
    listFolder: async path => {
      const inside = Object.keys(files).filter(file => file.startsWith(`${path}/`));
      const names = new Set(inside.map(file => file.slice(path.length + 1).split('/')[0] ?? ''));
      return names.size === 0 ? undefined : [...names].sort();
    },
    run: async argv => {
      const answer = commands[argv.join(' ')];
      if (answer === undefined) throw new HostReadError(`'${argv[0]}' is not installed`);
      return typeof answer === 'string' ? { exitCode: 0, stdout: answer, stderr: '' } : answer;
    },
  };
}
