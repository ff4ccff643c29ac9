import type { Hypervisor } from '../hypervisor.ts';
import type { Area, Judged, State } from './state.ts';
import { stopwatch } from './stopwatch.ts';

/** Where states of one area are made, some at a time, each in a place of its own. */
export interface Bench {
  readonly area: Area;
  /** How many states there can be at once. */
  readonly slots: number;
  /** The state of a number, in a place. */
  state(seed: number, number: number, slot: number): State;
  /**
   * Makes them all, asks what they come to, and finds out what really is.
   *
   * @param isThorough whatever may lead past a limit is tried by itself, too
   */
  judge(states: readonly State[], isThorough?: boolean): Promise<readonly Judged[]>;
  /** Shell lines that a state's script begins with, so that it is the same whatever was before. */
  reset(state: State): readonly string[];
  close(): Promise<void>;
}

/** Puts back what earlier states have changed, and makes others. */
export async function makeStates(
  hypervisor: Hypervisor,
  reset: readonly string[],
  lines: readonly string[],
): Promise<void> {
  const watch = stopwatch();
  await runLines(hypervisor, reset);
  watch('reset');
  const failed = await runLines(hypervisor, lines);
  watch('set');
  if (process.env.TRUTH_DEBUG) for (const line of failed) process.stderr.write(`not taken: ${line}\n`);
}

/** What a shell prints before a line that failed. */
const mark = 'not taken: ';

/**
 * Runs lines of several states: those of tc as one batch, others as one script, as to start a program takes an emulated
 * machine longer than what the program does. What the kernel or a program does not take is left out; the state is then
 * another one, and as good.
 *
 * @returns the lines that failed
 */
export async function runLines(hypervisor: Hypervisor, lines: readonly string[]): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const some of together(lines)) failed.push(...(await runSome(hypervisor, some)));
  return failed;
}

async function runSome(hypervisor: Hypervisor, lines: readonly string[]): Promise<readonly string[]> {
  if (isTc(lines[0] ?? '')) {
    const input = `${lines.map(line => line.slice(3)).join('\n')}\n`;
    const { stderr } = await hypervisor.run(['tc', '-force', '-batch', '-'], { input });
    return [...stderr.matchAll(/^Command failed -:(\d+)$/gm)].map(([, at]) => lines[Number(at) - 1] ?? '');
  }
  const script = lines.map((line, at) => `{ ${line}\n} 2>/dev/null || echo '${mark}${at}'`).join('\n');
  const { stdout } = await hypervisor.run(['sh', '-c', script]);
  return [...stdout.matchAll(new RegExp(`^${mark}(\\d+)$`, 'gm'))].map(([, at]) => lines[Number(at)] ?? '');
}

const isTc = (line: string) => line.startsWith('tc ');

/** Neighbouring lines that run as one. */
function together(lines: readonly string[]): readonly (readonly string[])[] {
  const all: string[][] = [];
  for (const line of lines) {
    const last = all.at(-1);
    if (last !== undefined && isTc(line) === isTc(last[0] ?? '')) last.push(line);
    else all.push([line]);
  }
  return all;
}
