import { Hypervisor } from '../hypervisor.ts';
import type { Kind } from '../kinds.ts';
import { LabError } from '../lab-error.ts';
import { livePlaces, type Place } from '../place.ts';

/** Runs a command in a hypervisor that is up, with our stdin, stdout and stderr; its exit code is ours. */
export async function run(argv: readonly string[], kind: Kind | undefined): Promise<number> {
  const hypervisor = await Hypervisor.connect(await placeFor(kind));
  return new Promise((resolve, reject) => {
    const channel = hypervisor.start(argv, {
      out: data => void process.stdout.write(data),
      err: data => void process.stderr.write(data),
      end: outcome => {
        hypervisor.disconnect();
        if ('error' in outcome) reject(outcome.error);
        else flush().then(() => resolve(outcome.exitCode));
      },
    });
    process.stdin.on('data', data => channel.write(Buffer.from(data)));
    process.stdin.on('end', () => channel.end());
  });
}

async function placeFor(kind: Kind | undefined): Promise<Place> {
  const up = (await livePlaces()).filter(place => place.purpose === 'up' && (!kind || place.kind === kind));
  const [only] = up;
  if (!only)
    throw new LabError(
      'usage',
      `no ${kind ?? 'hypervisor'} is up: npm run lab -- up ${kind ?? ''}`.trimEnd(),
    );
  if (up.length > 1)
    throw new LabError('usage', `say which: --kind ${up.map(place => place.kind).join(' or --kind ')}`);
  return only;
}

/** A pipe takes what is written to it later; leaving earlier would lose it. */
async function flush(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) await new Promise(done => stream.write('', done));
}
