import { afterEach, expect, it } from 'vitest';
import { type ThreadPool, threadPool } from '../../src/cli/thread-pool.ts';

const script = (body: string) =>
  new URL(
    `data:text/javascript,${encodeURIComponent(
      `import { parentPort, threadId, workerData } from 'node:worker_threads';\n${body}`,
    )}`,
  );

let pool: ThreadPool<number, { readonly of: number; readonly by: number; readonly data: unknown }>;
afterEach(() => pool.close());

it('answers every question with what came of it, whichever thread it was', async () => {
  const answers =
    "parentPort.on('message', of => parentPort.postMessage({ of, by: threadId, data: workerData }))";
  pool = threadPool({ script: script(answers), data: 'told' }, 2);
  const found = await Promise.all([1, 2, 3, 4, 5].map(one => pool.ask(one)));
  expect(found.map(({ of }) => of)).toEqual([1, 2, 3, 4, 5]);
  expect(new Set(found.map(({ by }) => by)).size).toBe(2);
  expect(found[0]?.data).toBe('told');
});

it.each([
  ['ends', 'process.exit(3)', 'a thread of virt-quota has ended: exit code 3'],
  ['fails', "throw new Error('no more')", 'a thread of virt-quota has ended: no more'],
])(
  'fails with all that was asked of a thread that %s, and with all that will be',
  async (_, end, message) => {
    pool = threadPool({ script: script(`parentPort.on('message', () => { ${end} })`), data: undefined }, 1);
    const asked = [pool.ask(1), pool.ask(2)];
    for (const one of asked) await expect(one).rejects.toMatchObject({ code: 'internal', message });
    await expect(pool.ask(3)).rejects.toThrow(message);
  },
);

it('ends threads that never answer', async () => {
  pool = threadPool({ script: script("parentPort.on('message', () => { for (;;); })"), data: undefined }, 2);
  const asked = [pool.ask(1), pool.ask(2)].map(one => one.catch((error: Error) => error.message));
  await pool.close();
  expect(await Promise.all(asked)).toEqual(Array(2).fill('a thread of virt-quota has ended: it was told to'));
});
