import { describe, expect, it } from 'vitest';
import { runCommand } from '../../src/host/run-command.ts';
import { runMerged } from '../../src/host/run-merged.ts';
import { batchCommand, batchInput, batchLine, splitBatch } from '../../src/host/tc-batch.ts';

const usage = 'Usage:\ttc [ OPTIONS ] OBJECT { COMMAND | help }\n\ttc [-force] -batch filename\n';
const answer = (stdout: string) => ({ exitCode: 0, stdout, stderr: '' });
const complaint = (stderr: string) => ({ exitCode: 1, stdout: '', stderr });

/** What a batch writes: the help, the canary's answer, and those to the lines. */
const written = (parts: readonly string[], help = usage) =>
  [help, help, 'qdisc noqueue 0: root refcnt 2 \n', help, ...parts.flatMap(part => [part, help])].join('');

describe('a command that can be a line of a batch', () => {
  it('is one that shows something, apart from its options', () => {
    expect(batchLine('tc -r -s -d filter show dev tap0 parent ffff:'.split(' '))).toEqual({
      options: ['-r', '-s', '-d'],
      line: 'filter show dev tap0 parent ffff:',
    });
  });

  it.each(['tc -V', 'tc class add dev tap0', 'ovs-vsctl show', 'tc -b show', 'tc'])('is not %j', line => {
    expect(batchLine(line.split(' '))).toBeUndefined();
  });

  it.each(["tap'", 'tap"', 'tap#0', 'tap\\', 'tap 0', 'tap\n', ''])(
    'has no word that a batch would read otherwise: %j',
    dev => expect(batchLine(['tc', 'class', 'show', 'dev', dev])).toBeUndefined(),
  );
});

describe('the answer to a batch', () => {
  it('is cut where the help is, whatever the help says', () => {
    const classes = 'class htb 1:1 root prio 0 rate 8Mbit ceil 8Mbit burst 1Mb cburst 1600b \n';
    for (const help of [usage, 'Usage: tc\n']) {
      expect(splitBatch(written(['', classes, '[]\n'], help), 3)).toEqual([
        answer(''),
        answer(classes),
        answer('[]\n'),
      ]);
    }
  });

  it('is a complaint where a line failed', () => {
    const merged = written([
      'Cannot find device "one"\nCommand failed -:5\n',
      'fine\n',
      'both\nlines\nCommand failed -:9\n',
    ]);
    expect(splitBatch(merged, 3)).toEqual([
      complaint('Cannot find device "one"\n'),
      answer('fine\n'),
      complaint('both\nlines\n'),
    ]);
  });

  it.each([
    ['no help', 'class htb 1:1 root\n'],
    ['nothing', ''],
    ['an answer before the first line', `${usage}class htb 1:1 root\n${usage}`],
    ['fewer parts', written(['a'])],
    ['more parts', written(['a', 'b', 'c'])],
    ['something after the last help', `${written(['a', 'b'])}x`],
    ['answers that were written later than the help', `${usage.repeat(5)}qdisc noqueue 0: root\n`],
  ])('is not understood when it has %s', (_what, merged) => {
    expect(splitBatch(merged, 2)).toBeUndefined();
  });
});

it("this machine's tc answers in a batch as it does alone", async () => {
  const lines = [
    'qdisc show dev lo',
    'qdisc show dev no-such-device',
    'class show dev lo',
    'qdisc show dev lo',
  ];
  const manner = { timeoutMs: 10_000 };
  for (const options of [['-j'], ['-r', '-s', '-d']]) {
    const merged = await runMerged(batchCommand(options), batchInput(lines), manner);
    const alone = lines.map(line => runCommand(['tc', ...options, ...line.split(' ')], manner));
    expect(splitBatch(merged ?? '', lines.length)).toEqual(await Promise.all(alone));
  }
});

describe('a command whose outputs are one', () => {
  it('is heard in the order in which it spoke', async () => {
    const program =
      'process.stdin.on("data", d => { console.log("out", String(d)); console.error("err"); console.log("out"); })';
    expect(await runMerged([process.execPath, '-e', program], 'x', { timeoutMs: 10_000 })).toBe(
      'out x\nerr\nout\n',
    );
  });

  it('is no answer when it cannot be run, and an error when it does not end', async () => {
    expect(await runMerged(['no-such-program'], '', { timeoutMs: 10_000 })).toBeUndefined();
    await expect(runMerged(['sleep', '10'], '', { timeoutMs: 20 })).rejects.toThrow(
      "'sleep 10' did not end within 0.02 s",
    );
  });
});
