import { describe, expect, it } from 'vitest';
import { gathering } from '../../src/host/gathering.ts';

/** Work whose rounds are ended by hand, with what it was asked in each. */
function heldWork() {
  const rounds: { readonly asked: readonly string[]; end(error?: Error): void }[] = [];
  const ask = gathering<string, string>(
    asked =>
      new Promise((resolve, reject) => {
        const end = (error?: Error) => (error ? reject(error) : resolve(asked.map(one => `${one}!`)));
        rounds.push({ asked, end });
      }),
    3,
  );
  return { rounds, ask, turn: () => new Promise(resolve => setImmediate(resolve)) };
}

describe('questions that come one by one', () => {
  it('are answered together when they come in one turn, each with its own answer', async () => {
    const { rounds, ask, turn } = heldWork();
    const answers = [ask('a'), ask('b')];
    await turn();
    expect(rounds.map(round => round.asked)).toEqual([['a', 'b']]);
    rounds[0]?.end();
    expect(await Promise.all(answers)).toEqual(['a!', 'b!']);
  });

  it('wait for the next round while one is under way: its answer may be older than they are', async () => {
    const { rounds, ask, turn } = heldWork();
    const first = ask('a');
    await turn();
    const later = [ask('a'), ask('b')];
    await turn();
    expect(rounds).toHaveLength(1);
    rounds[0]?.end();
    expect(await first).toBe('a!');
    await turn();
    expect(rounds[1]?.asked).toEqual(['a', 'b']);
    rounds[1]?.end();
    expect(await Promise.all(later)).toEqual(['a!', 'b!']);
  });

  it('fail together, and the next ones do not', async () => {
    const { rounds, ask, turn } = heldWork();
    const failing = Promise.allSettled([ask('a'), ask('b')]);
    await turn();
    rounds[0]?.end(new Error('broken'));
    expect((await failing).map(one => one.status)).toEqual(['rejected', 'rejected']);
    const next = ask('c');
    await turn();
    rounds[1]?.end();
    expect(await next).toBe('c!');
  });

  it('are not more at once than it takes', async () => {
    const { rounds, ask, turn } = heldWork();
    const answers = Promise.all(['a', 'b', 'c', 'd'].map(ask));
    await turn();
    rounds[0]?.end();
    await turn();
    rounds[1]?.end();
    await answers;
    expect(rounds.map(round => round.asked)).toEqual([['a', 'b', 'c'], ['d']]);
  });
});
