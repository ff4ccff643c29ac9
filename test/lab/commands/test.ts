import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { briefEnvironment, leftOutOn } from '../brief.ts';
import { failuresIn } from '../failures.ts';
import { ensureImage } from '../image.ts';
import { onInterrupt } from '../interrupt.ts';
import { kinds as allKinds, type Kind } from '../kinds.ts';
import { projectFolder } from '../paths.ts';
import { livePlaces } from '../place.ts';
import { say } from '../progress.ts';
import { kindVariable, placeVariable, startHypervisor } from '../start.ts';

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
}

/** How the suite went on one kind. */
interface Outcome {
  /** One line: whether it passed, and how long it took. */
  readonly text: string;
  readonly passed: boolean;
  /** What failed, a paragraph each. */
  readonly failures: readonly string[];
}

/**
 * Runs the lab's suite in a fresh hypervisor of each kind, and says last of all what failed.
 *
 * @returns 0 when it passed in all of them, else 1.
 */
export async function test(options: TestOptions): Promise<number> {
  await livePlaces();
  prepare(options.kinds);
  const outcomes = new Map<Kind, Outcome>();
  const queue = [...options.kinds];
  const worker = async () => {
    for (let kind = queue.shift(); kind; kind = queue.shift())
      outcomes.set(kind, await testOne(kind, options));
  };
  await Promise.all(Array.from({ length: Math.min(options.jobs, queue.length) }, worker));
  for (const [kind, { failures }] of outcomes)
    for (const failure of failures) process.stderr.write(`\n${kind}: ${failure}\n`);
  for (const kind of options.kinds) say(kind, outcomes.get(kind)?.text ?? 'not run');
  return [...outcomes.values()].every(({ passed }) => passed) ? 0 : 1;
}

/** Root file systems are built while earlier kinds are tested. A failure shows where the image is asked for. */
function prepare(kinds: readonly Kind[]): void {
  const suites = new Set(kinds.map(kind => allKinds[kind].suite));
  let chain: Promise<unknown> = Promise.resolve();
  for (const suite of suites) chain = chain.then(() => ensureImage(suite)).catch(() => {});
}

async function testOne(kind: Kind, options: TestOptions): Promise<Outcome> {
  const begin = performance.now();
  const hypervisor = await startHypervisor(kind);
  const folder = await mkdtemp(join(tmpdir(), 'virt-quota-lab-report-'));
  try {
    say(kind, 'running the suite');
    const report = join(folder, 'report.json');
    const passed = (await runVitest(kind, hypervisor.place.name, report, options)) === 0;
    const seconds = ((performance.now() - begin) / 1000).toFixed(0);
    const failures = passed ? [] : await failuresOf(report);
    return { text: `${passed ? 'passed' : 'FAILED'} in ${seconds} s`, passed, failures };
  } finally {
    await rm(folder, { recursive: true, force: true });
    await hypervisor.stop();
  }
}

async function failuresOf(report: string): Promise<readonly string[]> {
  try {
    return failuresIn(await readFile(report, 'utf8'), projectFolder);
  } catch (error) {
    return [`the suite ended without a report: ${(error as Error).message}`];
  }
}

async function runVitest(kind: Kind, place: string, report: string, options: TestOptions): Promise<number> {
  const { filter, name, jobs, brief } = options;
  const vitest = join(projectFolder, 'node_modules/vitest/vitest.mjs');
  const argv = [process.execPath, vitest, 'run', '--config', 'test/lab/vitest.config.ts'];
  argv.push('--reporter', 'default', '--reporter', 'json', `--outputFile.json=${report}`);
  if (name) argv.push('-t', name);
  if (filter) argv.push(filter);
  if (brief) argv.push(...leftOutOn(kind).flatMap(file => ['--exclude', file]));
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', '--', ...argv], {
    cwd: projectFolder,
    env: { ...(brief && briefEnvironment), ...process.env, [kindVariable]: kind, [placeVariable]: place },
    stdio: ['ignore', jobs > 1 ? 'pipe' : 'inherit', 'inherit'],
  });
  const forget = onInterrupt(() => void child.kill('SIGTERM'));
  const output: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => output.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  forget();
  process.stdout.write(Buffer.concat(output));
  return code ?? 1;
}
