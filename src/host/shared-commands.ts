import type { CommandResult } from '../ports/host.ts';
import { gathering } from './gathering.ts';
import { programStamp } from './program-stamp.ts';
import { batchCommand, batchInput, batchLine, splitBatch } from './tc-batch.ts';

/** How processes are run. */
export interface Runner {
  /** @throws HostReadError */
  run(argv: readonly string[]): Promise<CommandResult>;
  /** What it writes to both of its outputs, in that order; undefined when that cannot be had. */
  runMerged(argv: readonly string[], input: string): Promise<string | undefined>;
}

/** Lines of one process at most: far below what it may answer. */
const BATCH_LINES = 500;

/**
 * Answers each command as if it ran by itself, with fewer processes: `tc … show` in batches, the same command asked
 * several times once for all, and `tc -V` once for as long as tc is the same file. No answer is older than its question.
 */
export function sharedCommands(runner: Runner): (argv: readonly string[]) => Promise<CommandResult> {
  const groups = new Map<string, (argv: readonly string[]) => Promise<CommandResult>>();
  const group = (
    key: string,
    answerAll: Parameters<typeof gathering<readonly string[], CommandResult>>[0],
  ) => {
    const known = groups.get(key) ?? gathering(answerAll, BATCH_LINES);
    groups.set(key, known);
    return known;
  };
  const { run } = runner;
  const version = remembered(run);
  return async argv => {
    const batch = batchLine(argv);
    if (batch === undefined) {
      const find = argv.join(' ') === 'tc -V' ? version : run;
      return group(JSON.stringify(argv), async asked => {
        const answer = find(argv);
        return asked.map(() => answer);
      })(argv);
    }
    const { options } = batch;
    return group(batchCommand(options).join(' '), asked => runBatch(runner, options, asked))(argv);
  };
}

/** Where it cannot be told whose answer is whose, each command gets a process of its own. */
async function runBatch(
  { run, runMerged }: Runner,
  options: readonly string[],
  asked: readonly (readonly string[])[],
): Promise<readonly (CommandResult | Promise<CommandResult>)[]> {
  const lines = [...new Set(asked.map(argv => batchLine(argv)?.line ?? ''))];
  const [only] = asked;
  if (lines.length === 1 && only !== undefined) {
    const answer = run(only);
    return asked.map(() => answer);
  }
  const merged = await runMerged(batchCommand(options), batchInput(lines));
  const answers = merged === undefined ? [] : (splitBatch(merged, lines.length) ?? []);
  const byLine = new Map(lines.map((line, index) => [line, answers[index]]));
  const alone = oneByOne(run);
  return asked.map(argv => byLine.get(batchLine(argv)?.line ?? '') ?? alone(argv));
}

/** Never more than one process, however many are asked for. */
function oneByOne(run: Runner['run']): Runner['run'] {
  let before: Promise<unknown> = Promise.resolve();
  return argv => {
    const answer = before.then(() => run(argv));
    before = answer.catch(() => {});
    return answer;
  };
}

/** What a program says of itself, asked again when it is another file. */
function remembered(run: Runner['run']): (argv: readonly string[]) => Promise<CommandResult> {
  let known: { readonly stamp: string; readonly answer: Promise<CommandResult> } | undefined;
  return async argv => {
    const stamp = await programStamp(argv[0] ?? '');
    if (stamp === undefined) return run(argv);
    if (known?.stamp !== stamp) known = { stamp, answer: run(argv) };
    const { answer } = known;
    answer.catch(() => {
      if (known?.answer === answer) known = undefined;
    });
    return answer;
  };
}
