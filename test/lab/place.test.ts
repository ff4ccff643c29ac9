import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { livePlaces, makePlace } from './place.ts';

let cache: string;
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'vqlab-places-'));
  vi.stubEnv('XDG_CACHE_HOME', cache);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(cache, { recursive: true });
});

test('a hypervisor is known for as long as the program that made it lives', async () => {
  const place = await makePlace({ kind: 'trixie', purpose: 'test', accelerator: 'tcg', image: 'f00' });
  expect((await livePlaces()).map(({ name }) => name)).toEqual([place.name]);

  const gone = spawnSync('true').pid;
  const path = join(place.folder, 'hypervisor.json');
  const record = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify({ ...record, owner: { ...record.owner, pid: gone } }));
  expect(await livePlaces()).toEqual([]);
  expect([existsSync(place.folder), existsSync(place.sockets)]).toEqual([false, false]);
});

test('one that is up is forgotten when its QEMU has ended', async () => {
  const place = await makePlace({ kind: 'bookworm', purpose: 'up', accelerator: 'tcg', image: 'f00' });
  const path = join(place.folder, 'hypervisor.json');
  const record = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify({ ...record, owner: { ...record.owner, started: '0' } }));
  // Some other process has the id by now.
  writeFileSync(place.pid, String(process.pid));
  expect(await livePlaces()).toEqual([]);
});
