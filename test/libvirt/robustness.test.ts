import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/libvirt/index.ts';
import { type PrivateLibvirtd, startPrivateLibvirtd } from '../libvirtd.ts';

let daemon: PrivateLibvirtd;

beforeAll(async () => {
  daemon = await startPrivateLibvirtd();
});
afterAll(() => daemon.stop());

describe('load', () => {
  it('1000 calls at once on one connection are all answered, and the daemon never reaches its limit', async () => {
    const connection = await connect(daemon.uri('default'));
    const domain = await connection.lookupByName('test');
    const xml = await Promise.all(Array.from({ length: 1000 }, () => connection.getXml(domain)));
    expect(new Set(xml).size).toBe(1);
    await connection.close();
    expect(readFileSync(join(daemon.folder, 'log'), 'utf8')).not.toContain('max requests');
  });

  it('100 connections opened and closed leave no descriptor and no timer behind', async () => {
    const warm = await connect(daemon.uri('default'));
    await warm.close();
    await sleep(20);
    const before = process.getActiveResourcesInfo().length;
    for (let left = 100; left > 0; left -= 1) {
      const connection = await connect(daemon.uri('default'));
      await connection.close();
    }
    await sleep(20);
    expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before + 1);
  });
});

describe('a slow line', () => {
  it('of 500 ms makes calls late, but never holds up the program, and pipelines', async () => {
    const proxy = await startProxy(daemon.socket, 250);
    const connection = await connect(`test+unix:///default?socket=${encodeURIComponent(proxy.path)}`);
    const domain = await connection.lookupByName('test');
    let longestGapMs = 0;
    let last = performance.now();
    const ticker = setInterval(() => {
      longestGapMs = Math.max(longestGapMs, performance.now() - last);
      last = performance.now();
    }, 5);
    const began = performance.now();
    await Promise.all(Array.from({ length: 4 }, () => connection.getXml(domain)));
    const tookMs = performance.now() - began;
    clearInterval(ticker);
    expect(tookMs).toBeGreaterThan(480);
    // One after the other they would take 2 s.
    expect(tookMs).toBeLessThan(1500);
    expect(longestGapMs).toBeLessThan(400);
    connection.abort();
    await proxy.stop();
  });
});

describe('a daemon that is killed', () => {
  it('rejects every call under way; a new connection works when it is back', async () => {
    const own = await startPrivateLibvirtd();
    const connection = await connect(own.uri('default'));
    const domain = await connection.lookupByName('test');
    const calls = Array.from({ length: 1000 }, () =>
      connection.getXml(domain).then(
        () => 'answered',
        error => error.kind,
      ),
    );
    await sleep(5);
    await own.kill();
    const outcomes = await Promise.all(calls);
    expect(outcomes.filter(outcome => outcome !== 'answered' && outcome !== 'closed')).toEqual([]);
    expect(outcomes).toContain('closed');
    expect(await connection.closed).toMatchObject({ kind: 'closed' });
    await own.restart();
    const again = await connect(own.uri('default'));
    expect(await again.lookupByName('test')).toMatchObject({ name: 'test' });
    await again.close();
    await own.stop();
  });
});

/** Delays both directions. */
async function startProxy(target: string, delayMs: number) {
  const folder = mkdtempSync(join(tmpdir(), 'vq-proxy-'));
  const path = join(folder, 'sock');
  const server = net.createServer(client => {
    const upstream = net.connect(target);
    const relay = (from: net.Socket, to: net.Socket) => {
      from.on('data', chunk => setTimeout(() => to.destroyed || to.write(chunk), delayMs));
      from.on('close', () => to.destroy()).on('error', () => {});
    };
    relay(client, upstream);
    relay(upstream, client);
  });
  await new Promise<void>(resolve => server.listen(path, resolve));
  return {
    path,
    async stop() {
      await new Promise(resolve => server.close(resolve));
      rmSync(folder, { recursive: true });
    },
  };
}
