import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { briefEnvironment, leftOutOn } from '../brief.ts';
import { type Failure, failuresIn } from '../failures.ts';
import { ensureImage } from '../image.ts';
import { onInterrupt } from '../interrupt.ts';
import { kinds as allKinds, type Kind } from '../kinds.ts';
import { LabError } from '../lab-error.ts';
import { projectFolder } from '../paths.ts';
import { livePlaces } from '../place.ts';
import { say } from '../progress.ts';
import { kindVariable, placeVariable, startHypervisor } from '../start.ts';

/** Of all files. */
const suite = 'test/lab/suite';

/** What `lab test` shall run. */
export interface TestOptions {
  readonly kinds: readonly Kind[];
  /** How many kinds are tested at the same time; 1 and up. */
  readonly jobs: number;
  /** Part of the names of the suite's files to run; all when absent. */
  readonly filter: string | undefined;
  /** Long suites shorter, and on one kind each. */
  readonly brief: boolean;
  /** A pattern for the names of the tests to run; all when absent. */
  readonly name: string | undefined;
  /** What fails is run once more: rates and times are measured, on machines that others use as well. */
  readonly again: boolean;
}

/** How the suite went on one kind. */
interface Outcome {
  readonly passed: boolean;
  /** One line: whether it passed, and how long it took. */
  readonly text: string;
  /** What failed, at whichever attempt. */
  readonly failures: readonly Failure[];
  /** Why it did not come to that. */
  readonly broken?: LabError;
}

/**
 * Runs the lab's suite in a fresh hypervisor of each kind, and says last of all what failed.
 *
 * @returns 0 when it passed in all of them, else 1.
 * @throws LabError when one of them could not be made; the others have been tested then.
 */
export async function test(options: TestOptions): Promise<number> {
  await livePlaces();
  prepare(options.kinds);
  const outcomes = new Map<Kind, Outcome>();
  const queue = [...options.kinds];
  const worker = async () => {
    for (let kind = queue.shift(); kind; kind = queue.shift())
      outcomes.set(kind, await testOne(kind, options).catch(notTested));
  };
  await Promise.all(Array.from({ length: Math.min(options.jobs, queue.length) }, worker));
  for (const [kind, { failures }] of outcomes)
    for (const { text } of failures) process.stderr.write(`\n${kind}: ${text}\n`);
  for (const kind of options.kinds) say(kind, outcomes.get(kind)?.text ?? 'not run');
  for (const { broken } of outcomes.values()) if (broken !== undefined) throw broken;
  return [...outcomes.values()].every(({ passed }) => passed) ? 0 : 1;
}

function notTested(error: unknown): Outcome {
  if (!(error instanceof LabError)) throw error;
  return { passed: false, text: 'NOT TESTED: it could not be made', failures: [], broken: error };
}

/** Root file systems are built while earlier kinds are tested. A failure shows where the image is asked for. */
function prepare(kinds: readonly Kind[]): void {
  const suites = new Set(kinds.map(kind => allKinds[kind].suite));
  let chain: Promise<unknown> = Promise.resolve();
  for (const suite of suites) chain = chain.then(() => ensureImage(suite)).catch(() => {});
}

async function testOne(kind: Kind, options: TestOptions): Promise<Outcome> {
  const begin = performance.now();
  const took = () => `in ${((performance.now() - begin) / 1000).toFixed(0)} s`;
  const first = await attempt(kind, options, []);
  if (first === undefined) return { passed: true, text: `passed ${took()}`, failures: [] };
  if (!options.again) return { passed: false, text: `FAILED ${took()}`, failures: first };
  const files = [...new Set(first.map(({ file }) => file))];
  say(kind, `failed: once more, in a fresh hypervisor: ${files.join(' ')}`);
  const second = await attempt(kind, options, files);
  if (second === undefined) {
    return { passed: true, text: `UNSTEADY, passed at the second attempt, ${took()}`, failures: first };
  }
  return { passed: false, text: `FAILED twice ${took()}`, failures: second };
}

/**
 * Runs the suite in a hypervisor of its own.
 *
 * @param files those to run; all that the options are about when there are none
 * @returns what failed; undefined: nothing
 */
async function attempt(
  kind: Kind,
  options: TestOptions,
  files: readonly string[],
): Promise<readonly Failure[] | undefined> {
  const hypervisor = await startHypervisor(kind);
  const folder = await mkdtemp(join(tmpdir(), 'virt-quota-lab-report-'));
  try {
    say(kind, 'running the suite');
    const report = join(folder, 'report.json');
    const { passed, output } = await runVitest(kind, hypervisor.place.name, report, options, files);
    if (passed) return undefined;
    const failures = await failuresOf(report);
    return failures.length > 0 ? failures : [{ file: suite, text: `outside of any test\n${endOf(output)}` }];
  } finally {
    await rm(folder, { recursive: true, force: true });
    await hypervisor.stop();
  }
}

/** Enough to have what vitest says of an error that no test threw. */
function endOf(output: string): string {
  return output.slice(-4000);
}

async function failuresOf(report: string): Promise<readonly Failure[]> {
  try {
    return failuresIn(await readFile(report, 'utf8'), projectFolder);
  } catch (error) {
    return [{ file: suite, text: `it ended without a report: ${(error as Error).message}` }];
  }
}

/** @returns whether all passed, and what was printed where it does not go to the terminal itself */
async function runVitest(
  kind: Kind,
  place: string,
  report: string,
  options: TestOptions,
  files: readonly string[],
): Promise<{ readonly passed: boolean; readonly output: string }> {
  const { filter, name, jobs, brief } = options;
  const vitest = join(projectFolder, 'node_modules/vitest/vitest.mjs');
  const argv = [process.execPath, vitest, 'run', '--config', 'test/lab/vitest.config.ts'];
  argv.push('--reporter', 'default', '--reporter', 'json', `--outputFile.json=${report}`);
  if (name) argv.push('-t', name);
  if (files.length > 0) argv.push(...files);
  else if (filter) argv.push(filter);
  if (brief) argv.push(...leftOutOn(kind).flatMap(file => ['--exclude', file]));
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', '--', ...argv], {
    cwd: projectFolder,
    env: { ...(brief && briefEnvironment), ...process.env, [kindVariable]: kind, [placeVariable]: place },
    stdio: ['ignore', ...(jobs > 1 ? (['pipe', 'pipe'] as const) : (['inherit', 'inherit'] as const))],
  });
  const forget = onInterrupt(() => void child.kill('SIGTERM'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  forget();
  process.stdout.write(output);
  return { passed: code === 0, output };
}
