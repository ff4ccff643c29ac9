import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cached } from './cache.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vqlab-cache-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('an entry that is wanted twice at the same time is made once', async () => {
  let made = 0;
  const make = async (path: string) => {
    made++;
    await writeFile(path, 'content');
  };
  await Promise.all([cached(join(folder, 'once'), make), cached(join(folder, 'once'), make)]);
  expect(made).toBe(1);
});

test('an entry whose making fails is not there, and is made the next time', async () => {
  const path = join(folder, 'second-try');
  const half = async (temporary: string) => {
    await writeFile(temporary, 'half');
    throw new Error('no space');
  };
  await expect(cached(path, half)).rejects.toThrow('no space');
  expect(readdirSync(folder).filter(name => name.startsWith('second-try'))).toEqual(['second-try.lock']);
  expect(await cached(path, temporary => writeFile(temporary, 'whole'))).toBe(path);
  expect(existsSync(path)).toBe(true);
});

test('what a killed program left half-made is removed', async () => {
  const path = join(folder, 'killed');
  mkdirSync(`${path}.tmp-1`);
  writeFileSync(`${path}.tmp-1/half`, '');
  await cached(path, temporary => writeFile(temporary, 'whole'));
  expect(existsSync(`${path}.tmp-1`)).toBe(false);
});
