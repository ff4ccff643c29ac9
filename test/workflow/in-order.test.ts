import { expect, it } from 'vitest';
import { inOrder } from '../../src/workflow/in-order.ts';

/** Work whose items are ended by hand. */
function heldWork() {
  const begun = new Map<number, (error?: Error) => void>();
  const work = (item: number) =>
    new Promise<string>((resolve, reject) => {
      begun.set(item, error => (error ? reject(error) : resolve(`${item}!`)));
    });
  return { begun, work };
}

const turn = () => new Promise(resolve => setImmediate(resolve));

it('gives results in order, whichever is there first, and is never more than so many ahead', async () => {
  const { begun, work } = heldWork();
  const results = inOrder([1, 2, 3, 4], 2, work);
  const first = results.next();
  for (let turns = 0; turns < 5; turns += 1) await turn();
  expect([...begun.keys()]).toEqual([1, 2]);
  begun.get(2)?.();
  begun.get(1)?.();
  expect((await first).value).toBe('1!');
  const second = results.next();
  for (let turns = 0; turns < 5; turns += 1) await turn();
  expect([...begun.keys()]).toEqual([1, 2, 3]);
  expect((await second).value).toBe('2!');
});

it('fails with the item whose work failed, after those before it', async () => {
  const { begun, work } = heldWork();
  const results = inOrder([1, 2], 2, work);
  const first = results.next();
  for (let turns = 0; turns < 5; turns += 1) await turn();
  begun.get(2)?.(new Error('broken'));
  await turn();
  begun.get(1)?.();
  expect((await first).value).toBe('1!');
  await expect(results.next()).rejects.toThrow('broken');
});

it('lets others have their turn between items that take no time', async () => {
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 0);
  for await (const _ of inOrder(Array(200).keys(), 4, async item => item)) {
    const end = performance.now() + 0.2;
    while (performance.now() < end);
  }
  clearInterval(timer);
  expect(turns).toBeGreaterThan(2);
});
