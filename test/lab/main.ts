#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { down } from './commands/down.ts';
import { run } from './commands/run.ts';
import { status } from './commands/status.ts';
import { test } from './commands/test.ts';
import { truth } from './commands/truth.ts';
import { up } from './commands/up.ts';
import { unlessInterrupted } from './interrupt.ts';
import { parseKind, parseKinds } from './kinds.ts';
import { LabError } from './lab-error.ts';
import { areas } from './truth/state.ts';

const usage = `usage: npm run lab -- COMMAND

  up [KIND…]                       start hypervisors with this build of virt-quota in them (again: bring in the new build)
  run [--kind KIND] COMMAND…       run a command in one that is up
  test [KIND…] [--filter TEXT] [--name TEXT] [--jobs N] [--brief] [--again]
                                   run the lab's suite in fresh ones; TEXT is part of a file's or test's name;
                                   --brief: long files shorter, and on one kind each;
                                   --again: files that fail are run once more, in a fresh hypervisor, and told of
  truth [KIND…] [--cases N] [--seed S] [--only K] [--area AREA,…]
                                   make N random states (100) from a seed (random), of tc, ovs, cpu, disk: is what is said
                                   of them so? --only: the one state of this number
  status                           what is up, what is in the cache
  down [KIND…]                     end those that are up

KIND is trixie, bookworm, bookworm-v1 or forky; all of them when left out.
VIRT_QUOTA_LAB_ACCEL=kvm uses the processor where /dev/kvm allows it; without it everything is emulated.
`;

const exitCodes = { usage: 2, missing: 3, failed: 3 } as const;

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  await unlessInterrupted();
  const known = error instanceof LabError;
  process.stderr.write(
    known ? `lab: ${error.message}\n` : `lab: ${String((error as Error).stack ?? error)}\n`,
  );
  process.exit(known ? exitCodes[error.code] : 70);
}

async function main([verb, ...words]: string[]): Promise<number> {
  if (verb === 'up') return up(parseKinds(words));
  if (verb === 'down') return down(parseKinds(words));
  if (verb === 'status' && words.length === 0) return status();
  if (verb === 'run') return runIn(words);
  if (verb === 'test') return runSuite(words);
  if (verb === 'truth') return runTruth(words);
  process.stderr.write(usage);
  return verb === '--help' || verb === '-h' || verb === 'help' ? 0 : 2;
}

function runIn(words: string[]): Promise<number> {
  const named = words[0] === '--kind';
  const argv = named ? words.slice(2) : words;
  if (argv.length === 0) throw new LabError('usage', 'run what? npm run lab -- run [--kind KIND] COMMAND…');
  return run(argv, named ? parseKind(words[1] ?? '') : undefined);
}

function runSuite(words: string[]): Promise<number> {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = { filter: text, name: text, jobs: text, brief: flag, again: flag } as const;
  const { values, positionals } = parse(() => parseArgs({ args: words, options, allowPositionals: true }));
  const jobs = Number(values.jobs ?? 1);
  if (!Number.isInteger(jobs) || jobs < 1)
    throw new LabError('usage', `--jobs ${values.jobs}: a number from 1 up`);
  const { filter, name, brief = false, again = false } = values;
  return test({ kinds: parseKinds(positionals), jobs, filter, name, brief, again });
}

function runTruth(words: string[]): Promise<number> {
  const text = { type: 'string' } as const;
  const options = { cases: text, seed: text, only: text, area: text } as const;
  const { values, positionals } = parse(() => parseArgs({ args: words, options, allowPositionals: true }));
  const number = (name: 'cases' | 'seed' | 'only', otherwise: number) => {
    const value = Number(values[name] ?? otherwise);
    if (Number.isSafeInteger(value) && value >= 0) return value;
    throw new LabError('usage', `--${name} ${values[name]}: a number from 0 up`);
  };
  const wanted = values.area?.split(',') ?? areas;
  const unknown = wanted.find(word => !areas.some(area => area === word));
  if (unknown !== undefined) throw new LabError('usage', `--area ${unknown}: there are ${areas.join(', ')}`);
  return truth({
    kinds: parseKinds(positionals),
    seed: number('seed', Math.floor(Math.random() * 1e6)),
    cases: number('cases', 100),
    ...(values.only !== undefined && { only: number('only', 0) }),
    areas: areas.filter(area => wanted.includes(area)),
  });
}

function parse<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new LabError('usage', (error as Error).message);
  }
}
