import { describe, expect, it } from 'vitest';
import { sharedCommands } from '../../src/host/shared-commands.ts';

const HELP = 'Usage: tc\n';

/** Programs that say what they were asked; `tc` takes batches as the real one does. */
function programs(answerBatch: (input: string) => string | undefined = echoed) {
  const ran: string[] = [];
  const ask = sharedCommands({
    run: async argv => {
      ran.push(argv.join(' '));
      return { exitCode: 0, stdout: `${argv.join(' ')}\n`, stderr: '' };
    },
    runMerged: async (argv, input) => {
      ran.push(argv.join(' '));
      return answerBatch(input);
    },
  });
  return { ran, ask };
}

function echoed(input: string): string {
  const lines = input.split('\n').filter(line => line !== '');
  return lines.map(line => (line === 'help' ? HELP : `tc ${line}\n`)).join('');
}

const words = (line: string) => line.split(' ');

describe('commands asked for at once', () => {
  it('of tc are one process for those with the same options, and each has its own answer', async () => {
    const { ran, ask } = programs();
    const lines = [
      'tc class show dev a',
      'tc class show dev b',
      'tc -s filter show dev a',
      'tc class show dev a',
    ];
    const answers = await Promise.all(lines.map(line => ask(words(line))));
    expect(answers.map(one => one.stdout)).toEqual([
      'tc class show dev a\n',
      'tc class show dev b\n',
      'tc -s filter show dev a\n',
      'tc class show dev a\n',
    ]);
    expect(ran.sort()).toEqual(['tc -force -batch -', 'tc -s filter show dev a']);
  });

  it.each([
    ['cannot be understood', 'what?'],
    ['did not run', undefined],
  ])('of tc run one by one when a batch %s', async (_what, said) => {
    const { ran, ask } = programs(() => said);
    const answers = await Promise.all(['a', 'b'].map(dev => ask(['tc', 'class', 'show', 'dev', dev])));
    expect(answers.map(one => one.stdout)).toEqual(['tc class show dev a\n', 'tc class show dev b\n']);
    expect(ran).toEqual(['tc -force -batch -', 'tc class show dev a', 'tc class show dev b']);
  });

  it('of tc are never many processes, also where a batch cannot be understood', async () => {
    let [running, most] = [0, 0];
    const ask = sharedCommands({
      run: async () => {
        most = Math.max(most, ++running);
        await new Promise(resolve => setTimeout(resolve, 1));
        running -= 1;
        return { exitCode: 0, stdout: '', stderr: '' };
      },
      runMerged: async () => 'what?',
    });
    await Promise.all(Array.from({ length: 20 }, (_, n) => ask(['tc', 'class', 'show', 'dev', `tap${n}`])));
    expect(most).toBe(1);
  });

  it('that are the same run once', async () => {
    const { ran, ask } = programs();
    await Promise.all([1, 2, 3].map(() => ask(['ovs-vsctl', 'list', 'Port'])));
    expect(ran).toEqual(['ovs-vsctl list Port']);
  });

  it('run anew for each later question', async () => {
    const { ran, ask } = programs();
    for (const _ of [1, 2]) await ask(['ovs-vsctl', 'list', 'Port']);
    expect(ran).toHaveLength(2);
  });

  it('fail with the process that they share, and can be asked again', async () => {
    let isBroken = true;
    const ask = sharedCommands({
      run: async argv => {
        if (isBroken) throw new Error('broken');
        return { exitCode: 0, stdout: argv.join(' '), stderr: '' };
      },
      runMerged: async () => undefined,
    });
    const both = await Promise.allSettled(['a', 'b'].map(dev => ask(['tc', 'class', 'show', 'dev', dev])));
    expect(both.map(one => one.status)).toEqual(['rejected', 'rejected']);
    await expect(ask(['tc', '-V'])).rejects.toThrow('broken');
    isBroken = false;
    expect((await ask(['tc', '-V'])).stdout).toBe('tc -V');
  });
});

it("tc's version is asked once, as long as tc is the same file", async () => {
  const { ran, ask } = programs();
  for (const _ of [1, 2, 3]) await ask(['tc', '-V']);
  expect(ran).toEqual(['tc -V']);
});
