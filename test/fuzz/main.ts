import { parseArgs } from 'node:util';
import type { Find } from './campaign.ts';
import { runGuarded } from './guarded.ts';
import type { Harness } from './harness.ts';
import { harnesses } from './harnesses.ts';

const usage = `npm run fuzz -- [--count N] [--seed S] [--only K] [--harness NAME,…]

  --count N      inputs in all, spread over the harnesses (10000)
  --seed S       what they are chosen by (1)
  --only K       input K of each harness alone
  --harness …    some of: ${harnesses.map(one => one.name).join(', ')}
`;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    harness: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.help === true) {
  process.stdout.write(usage);
  process.exit(0);
}
const [count, seed] = [number('count', values.count), number('seed', values.seed)];
const only = values.only === undefined ? undefined : number('only', values.only);
const chosen = chosenHarnesses(values.harness);
const shares = chosen.reduce((sum, { share = 1 }) => sum + share, 0);

let finds = 0;
let inputs = 0;
for (const { name, share = 1 } of chosen) {
  const part = Math.ceil((count * share) / shares);
  const portion = { seed, ...(only === undefined ? { from: 0, count: part } : { from: only, count: 1 }) };
  const start = performance.now();
  const outcome = await runGuarded(name, portion, say);
  const seconds = (performance.now() - start) / 1000;
  inputs += outcome.inputs;
  finds += outcome.finds;
  process.stderr.write(
    `${name.padEnd(14)} ${String(outcome.inputs).padStart(8)} inputs  ${String(outcome.finds).padStart(4)} finds  ` +
      `slowest ${Math.round(outcome.slowestMs)} ms  ${Math.round(outcome.inputs / seconds)} inputs/s\n`,
  );
}
process.stderr.write(`${inputs} inputs, ${finds} finds\n`);
process.exitCode = finds === 0 ? 0 : 1;

/** What broke, and how it is made again. */
function say({ harness, number: at, law, detail, input }: Find): void {
  const shown = input.length > 2000 ? `${input.slice(0, 2000)}… (${input.length} characters)` : input;
  process.stdout.write(
    `\n${law}: npm run fuzz -- --seed ${seed} --only ${at} --harness ${harness}\n${detail}\n${JSON.stringify(shown)}\n`,
  );
}

function chosenHarnesses(text: string | undefined): readonly Harness[] {
  const names = text?.split(',') ?? harnesses.map(one => one.name);
  const unknown = names.filter(name => !harnesses.some(one => one.name === name));
  if (unknown.length > 0) fail(`no such harness: ${unknown.join(', ')}`);
  return harnesses.filter(one => names.includes(one.name));
}

function number(option: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  return fail(`--${option} is '${text}', must be a whole number`);
}

function fail(problem: string): never {
  process.stderr.write(`${problem}\n\n${usage}`);
  process.exit(2);
}
