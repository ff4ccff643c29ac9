import { existsSync } from 'node:fs';
import { command } from '../command.ts';
import { cacheFolder } from '../paths.ts';
import { livePlaces, qemuPid } from '../place.ts';

/** Prints what runs, one line each, and where and how big the cache is. */
export async function status(): Promise<number> {
  for (const place of await livePlaces()) {
    const pid = qemuPid(place) ?? '-';
    console.log(`${place.kind}\t${place.purpose}\t${place.accelerator}\tpid ${pid}\t${place.folder}`);
  }
  const cache = cacheFolder();
  const size = existsSync(cache) ? (await command('du', ['-sh', cache])).split('\t')[0] : '0';
  console.log(`cache\t${size}\t${cache}`);
  return 0;
}
