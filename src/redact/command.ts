import { redactFlow, redactFlowWords } from './flow.ts';
import { redactMessage } from './message.ts';
import { redactOvsOutput, redactOvsWords } from './ovs-output.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import { redactTcOutput, redactTcWords } from './tc-output.ts';

/** What a program that is asked takes and says. */
interface Program {
  readonly words: (words: readonly string[], names: Pseudonyms) => readonly string[];
  readonly output: (text: string, names: Pseudonyms) => string;
}

const flowOutput: Program['output'] = (text, names) =>
  text
    .split('\n')
    .map(line => redactFlow(line, names))
    .join('\n');

const programs: Readonly<Record<string, Program>> = {
  tc: { words: redactTcWords, output: redactTcOutput },
  'ovs-vsctl': { words: redactOvsWords, output: redactOvsOutput },
  'ovs-ofctl': { words: redactFlowWords, output: flowOutput },
};

/** Of one that is not known nothing stays. */
const unknown: Program = {
  words: (words, names) => words.map(word => names.word(word)),
  output: (text, names) => names.word(text),
};

function programOf([name = '']: readonly string[]): Program {
  return (Object.hasOwn(programs, name) ? programs[name] : undefined) ?? unknown;
}

/** A command line, still one that asks for the same of what is called otherwise. */
export function redactCommand(argv: readonly string[], names: Pseudonyms): readonly string[] {
  return programOf(argv).words(argv, names);
}

/** What it answered. */
export function redactAnswer<R extends { readonly stdout: string; readonly stderr: string }>(
  argv: readonly string[],
  result: R,
  names: Pseudonyms,
): R {
  const stdout = programOf(argv).output(result.stdout, names);
  return { ...result, stdout, stderr: redactMessage(result.stderr, names) };
}
