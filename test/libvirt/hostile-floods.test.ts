import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { int32, struct, text } from '../../src/libvirt/codec.ts';
import { domain } from '../../src/libvirt/domain-codec.ts';
import { encodeFrame, type Frame, messageType, program } from '../../src/libvirt/frame.ts';
import { eventProcedures } from '../../src/libvirt/procedures/events.ts';
import { compileClient, runClient } from './compiled-client.ts';
import { answer, encoded, type FakeServer, startFakeServer, unasked } from './fake-server.ts';

/** Keeps a program's memory in view, and ends it when it has outgrown any bound: a flood is not to take the host. */
const watched = `
  let peak = 0;
  const look = () => {
    const { rss } = process.memoryUsage();
    peak = Math.max(peak, rss);
    if (rss > 1536 * 1024 ** 2) { console.log(JSON.stringify({ outgrown: true, peakMb: Math.round(rss / 2 ** 20) })); process.exit(9); }
  };
  setInterval(look, 20).unref();
  process.on('unhandledRejection', error => { console.log('unhandled', error); process.exit(8); });
  const tell = (value) => { look(); console.log(JSON.stringify({ ...value, peakMb: Math.round(peak / 2 ** 20) })); };
  const sleep = ms => new Promise(resolve => setTimeout(resolve, ms).unref());
`;

const vm = { name: 'vm', uuid: '00112233-4455-6677-8899-aabbccddeeff', id: 3 };
const ping = unasked(1, Buffer.alloc(0), program.keepalive);
const lifecycle = struct({ callback: int32, domain, event: int32, detail: int32 });

let folder: string;
let server: FakeServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vq-floods-'));
  compileClient(folder);
  server = await startFakeServer();
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** Sends the same bytes as fast as the other side takes them, as long as it is there. */
function flood(socket: net.Socket, bytes: Buffer): void {
  const more = () => {
    while (!socket.destroyed && socket.write(bytes));
  };
  socket.on('drain', more);
  more();
}

async function told(script: string): Promise<{ readonly peakMb: number } & Record<string, unknown>> {
  const { code, output } = await runClient(folder, watched + script, server.uri, { limitMs: 15_000 });
  expect({ code, output }).toMatchObject({ code: 0 });
  return JSON.parse(output);
}

describe('what a server sends without end', () => {
  it('pings, whose answers it never reads: the connection ends and says so', async () => {
    server.behave((_, __, socket) => {
      socket.pause();
      flood(socket, Buffer.concat(Array.from({ length: 2000 }, () => ping)));
    });
    const { reason, kind, peakMb } = await told(`
      const c = await connect(uri);
      c.hostname().catch(() => {});
      const reason = await Promise.race([c.closed, sleep(8000)]);
      tell({ kind: reason?.kind, reason: reason?.message });
      c.abort();`);
    expect({ kind, reason }).toEqual({
      kind: 'protocol',
      reason: 'the server has sent more than 4096 pings without reading an answer',
    });
    expect(peakMb).toBeLessThan(200);
  });

  it('pings, whose answers it reads: calls are still answered, memory stays', async () => {
    server.behave((frame, send, socket) => {
      if (frame.program === program.keepalive) return;
      flood(socket, Buffer.concat(Array.from({ length: 50 }, () => ping)));
      send(answer(frame, text, 'host'));
    });
    const { host, peakMb } = await told(`
      const c = await connect(uri);
      const host = await c.hostname();
      await sleep(1500);
      c.abort();
      tell({ host });`);
    expect(host).toBe('host');
    expect(peakMb).toBeLessThan(250);
  });

  it.each<[string, (frame: Frame) => Buffer, string]>([
    [
      'large events, which nobody reads: the oldest go',
      () => {
        const large = { ...vm, name: 'n'.repeat(500_000) };
        return unasked(318, encoded(lifecycle, { callback: 7, domain: large, event: 5, detail: 1 }));
      },
      'undefined',
    ],
    [
      'small events, which nobody reads: the oldest go',
      () => {
        const event = unasked(318, encoded(lifecycle, { callback: 7, domain: vm, event: 5, detail: 1 }));
        return Buffer.concat(Array.from({ length: 1000 }, () => event));
      },
      'undefined',
    ],
    [
      'events as large as a frame: the connection ends',
      () => {
        const large = { ...vm, name: 'n'.repeat(4_000_000) };
        return unasked(318, encoded(lifecycle, { callback: 7, domain: large, event: 5, detail: 1 }));
      },
      'an event of 4000036 bytes is larger than 1048576',
    ],
  ])('%s', async (_, event, expected) => {
    server.behave((frame, send, socket) => {
      if (frame.procedure !== eventProcedures.register.number) return;
      send(answer(frame, int32, 7));
      flood(socket, event(frame));
    });
    const { reason, peakMb } = await told(`
      const c = await connect(uri);
      const events = await c.events.lifecycle();
      const reason = await Promise.race([c.closed, sleep(2500)]);
      tell({ reason: String(reason?.message) });
      c.abort();`);
    expect(reason).toContain(expected);
    expect(peakMb).toBeLessThan(300);
  });

  it('events before it says which are ours: the oldest go', async () => {
    const large = { ...vm, name: 'n'.repeat(500_000) };
    const event = unasked(318, encoded(lifecycle, { callback: 7, domain: large, event: 5, detail: 1 }));
    server.behave((frame, _, socket) => {
      if (frame.procedure === eventProcedures.register.number) flood(socket, event);
    });
    const { kind, peakMb } = await told(`
      const c = await connect(uri, { callTimeoutMs: 2500 });
      const kind = await c.events.lifecycle().then(() => 'none', error => error.kind);
      tell({ kind });
      c.abort();`);
    expect(kind).toBe('timeout');
    expect(peakMb).toBeLessThan(300);
  });

  it('as many parameters as a message holds: they fit into memory, or are refused', async () => {
    const parameters = Buffer.alloc(20 * 262_144);
    for (let index = 0; index < 262_144; index += 1) {
      parameters.writeUInt32BE(8, 20 * index);
      parameters.write(String(10_000_000 + index), 20 * index + 4);
      parameters.writeUInt32BE(1, 20 * index + 12);
    }
    const count = Buffer.alloc(4);
    count.writeUInt32BE(262_144);
    const one = Buffer.concat([encoded(domain, vm), count, parameters]);
    server.behave((frame, send) => {
      const { program: of, version, procedure, serial } = frame;
      const many = Buffer.alloc(4);
      many.writeUInt32BE(6);
      const payload = Buffer.concat([many, ...Array.from({ length: 6 }, () => one)]);
      const header = { program: of, version, procedure, serial, type: messageType.reply, status: 0 };
      send(encodeFrame(header, payload));
    });
    const { domains, peakMb } = await told(`
      const c = await connect(uri);
      const domains = await c.getAllDomainStats().then(all => all.length, error => error.message);
      tell({ domains });
      c.abort();`);
    expect(domains).toBe(6);
    expect(peakMb).toBeLessThan(800);
  });

  it('complaints of the program that leads there: their end is told', async () => {
    const program = join(folder, 'complains');
    writeFileSync(program, '#!/bin/sh\nhead -c 3000000 /dev/zero | tr "\\0" x >&2\necho over >&2\nexit 3\n');
    chmodSync(program, 0o755);
    const { message, peakMb } = await told(`
      const message = await connect('test+ext:///default?command=' + encodeURIComponent(${JSON.stringify(program)}))
        .then(() => 'none', error => error.message);
      tell({ message });`);
    expect(String(message)).toMatch(/exit status 3: x+over$/);
    expect(String(message).length).toBeLessThan(2500);
    expect(peakMb).toBeLessThan(200);
  });

  it('one message, a byte at a time: it takes no more memory than its length', async () => {
    server.behave((_, __, socket) => {
      socket.setNoDelay(true);
      const header = Buffer.from('02000004', 'hex');
      socket.write(header);
      let left = 400_000;
      const more = () => {
        for (let turn = 0; turn < 200 && left > 0 && !socket.destroyed; turn += 1, left -= 1)
          socket.write(Buffer.alloc(1));
        if (left > 0 && !socket.destroyed) setImmediate(more);
      };
      more();
    });
    const { kind, peakMb } = await told(`
      const c = await connect(uri, { callTimeoutMs: 3000 });
      const kind = await c.hostname().then(() => 'none', error => error.kind);
      tell({ kind });
      c.abort();`);
    expect(kind).toBe('timeout');
    expect(peakMb).toBeLessThan(150);
  });
});
