import { expect, it } from 'vitest';
import { QuotaError } from '../../src/errors.ts';
import { inStep, setOut } from '../../src/workflow/in-step.ts';
import { portionsOf } from '../../src/workflow/portions.ts';

const domains = ['a', 'b', 'c'].map(name => ({ name, uuid: `uuid of ${name}` }));
const turn = () => new Promise(resolve => setImmediate(resolve));

it('takes no domain a step further before all have done the step', async () => {
  const ends: (() => void)[] = [];
  const first = inStep(
    setOut(domains),
    undefined,
    ({ name }) => new Promise<string>(end => ends.push(() => end(name))),
  );
  let isDone = false;
  void first.then(() => (isDone = true));
  for (const end of ends.slice(1)) end();
  await turn();
  expect(isDone).toBe(false);
  ends[0]?.();
  expect((await first).map(one => 'value' in one && one.value)).toEqual(['a', 'b', 'c']);
});

it('leaves a domain that cannot be read where it is, and asks no more of it', async () => {
  const gone = new QuotaError('not-found', 'b', "no domain 'b'");
  const first = await inStep(setOut(domains), undefined, async ({ name }) => {
    if (name === 'b') throw gone;
    return name;
  });
  const asked: string[] = [];
  const second = await inStep(first, undefined, async name => asked.push(name));
  expect(asked).toEqual(['a', 'c']);
  expect(second[1]).toEqual({ domain: domains[1], error: gone });
});

it('ends with what is about all of them, and when it is told to', async () => {
  const lost = new QuotaError('unreachable', 'x', 'connection lost');
  await expect(inStep(setOut(domains), undefined, () => Promise.reject(lost))).rejects.toBe(lost);
  const bug = new TypeError('a bug');
  await expect(inStep(setOut(domains), undefined, () => Promise.reject(bug))).rejects.toBe(bug);
  const aborted = AbortSignal.abort(new Error('interrupted'));
  await expect(inStep(setOut(domains), aborted, async () => 1)).rejects.toThrow('interrupted');
});

it('portions are whole but for the last', () => {
  expect([...portionsOf([1, 2, 3, 4, 5], 2)]).toEqual([[1, 2], [3, 4], [5]]);
  expect([...portionsOf([1, 2], 2)]).toEqual([[1, 2]]);
  expect([...portionsOf([], 2)]).toEqual([]);
});
