import { describe, expect, it } from 'vitest';
import { type Find, runPortion } from './campaign.ts';
import { BrokenLaw, type Harness, unseen } from './harness.ts';
import { harnesses } from './harnesses.ts';
import { inputOf } from './inputs.ts';

const seed = 20_261_201;

async function findsOf(harness: Harness, count: number): Promise<readonly Find[]> {
  const finds: Find[] = [];
  await runPortion(harness, { seed, from: 0, count }, { found: find => finds.push(find) });
  return finds;
}

describe('inputs that were changed at random', () => {
  // 10⁶ of them before a release: npm run fuzz -- --count 1000000
  it.each(harnesses.map(one => [one.name, one] as const))(
    'are read as %s, or refused in one line, in time and without a control character',
    async (_, harness) => {
      expect(await findsOf(harness, 50 + 10 * (harness.share ?? 1))).toEqual([]);
    },
    60_000,
  );

  it('begin with ones that are valid', async () => {
    for (const harness of harnesses) {
      const corpus = harness.corpus();
      expect(corpus.length, harness.name).toBeGreaterThan(0);
      let read = 0;
      for (const text of corpus)
        read += await Promise.resolve(text)
          .then(harness.read)
          .then(
            () => 1,
            () => 0,
          );
      expect(read, harness.name).toBeGreaterThan(corpus.length / 2);
    }
  });

  it('are the same for the same seed, and others for another', () => {
    for (const harness of harnesses) {
      const corpus = harness.corpus();
      const texts = (of: number) => [7, 8, 9].map(number => inputOf(harness, corpus, of, number).text);
      expect(texts(1)).toEqual(texts(1));
      expect(texts(1)).not.toEqual(texts(2));
    }
  });
});

describe('a reader that breaks a law', () => {
  const reader = (read: Harness['read']): Harness => ({ name: 'bad', corpus: () => ['a=1\nb=2\n'], read });

  it.each<readonly [string, string, Harness['read']]>([
    ['throws what is not of the closed set', 'closed-set', text => JSON.parse(text)],
    ['prints what a terminal obeys', 'control-character', text => ({ texts: [text] })],
    [
      'takes its time',
      'time',
      () => {
        const start = process.cpuUsage();
        while (process.cpuUsage(start).user < 450_000);
        return unseen;
      },
    ],
    [
      'says so itself',
      'identity',
      () => {
        throw new BrokenLaw('identity: 1 is 2');
      },
    ],
  ])(
    'and %s is found, with how to make it again',
    async (_, law, read) => {
      const finds = await findsOf(reader(read), law === 'time' ? 1 : 200);
      expect(finds[0]).toMatchObject({ law, harness: 'bad' });
    },
    60_000,
  );
});
