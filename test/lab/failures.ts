import { stripVTControlCharacters } from 'node:util';

/** What of vitest's JSON report is read here. */
interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[] | null;
    }[];
  }[];
}

/** A test that failed, or a file that failed before its tests. */
export interface Failure {
  /** From the folder that files are named from. */
  readonly file: string;
  /** File and test, then the first lines of why. */
  readonly text: string;
}

const MAX_LINES = 12;

/**
 * What failed. The suite prints this as well, but long before the end, and of a long output only the end may be kept.
 *
 * @param report vitest's JSON report.
 * @param root folder that files are named from.
 */
export function failuresIn(report: string, root: string): readonly Failure[] {
  const { testResults } = JSON.parse(report) as Report;
  return testResults.flatMap(file => {
    const name = file.name.startsWith(`${root}/`) ? file.name.slice(root.length + 1) : file.name;
    const told = (title: string, why: readonly string[]) => ({ file: name, text: paragraph(title, why) });
    const failed = file.assertionResults.filter(one => one.status === 'failed');
    if (failed.length === 0 && file.status === 'failed') return [told(name, [file.message])];
    return failed.map(one => told(`${name} > ${one.fullName}`, one.failureMessages ?? []));
  });
}

function paragraph(title: string, messages: readonly string[]): string {
  const lines = stripVTControlCharacters(messages.join('\n')).split('\n');
  const shown = lines.filter(line => line.trim() !== '').slice(0, MAX_LINES);
  return [title, ...shown.map(line => `    ${line}`)].join('\n');
}
