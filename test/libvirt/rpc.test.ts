import { PassThrough, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { text } from '../../src/libvirt/codec.ts';
import { type Frame, program } from '../../src/libvirt/frame.ts';
import { type Connection, type ConnectOptions, connect } from '../../src/libvirt/index.ts';
import { connectProcedures } from '../../src/libvirt/procedures/connect.ts';
import { Rpc } from '../../src/libvirt/rpc.ts';
import { answer, type FakeServer, startFakeServer, startMuteServer, unasked } from './fake-server.ts';

let server: FakeServer;
const open = new Set<Connection>();

beforeAll(async () => {
  server = await startFakeServer();
});
afterEach(() => {
  for (const connection of open) connection.abort();
  open.clear();
});
afterAll(() => server.stop());

async function connected(options: ConnectOptions = {}): Promise<Connection> {
  const connection = await connect(server.uri, options);
  open.add(connection);
  return connection;
}

const domain = { name: 'vm', uuid: '00112233-4455-6677-8899-aabbccddeeff' };

describe('a call without an answer', () => {
  it('times out by the connection’s limit, or by its own', async () => {
    server.behave(() => {});
    const connection = await connected({ callTimeoutMs: 50 });
    const message = 'CONNECT_GET_HOSTNAME: no answer in 50 ms';
    await expect(connection.hostname()).rejects.toMatchObject({ kind: 'timeout', message });
    await expect(connection.hostname({ timeoutMs: 20 })).rejects.toThrow('no answer in 20 ms');
  });

  it('waits for ever with 0, and with more than a timer can count', async () => {
    server.behave((frame, send) => setTimeout(() => send(answer(frame, text, 'host')), 30));
    const connection = await connected({ callTimeoutMs: 10 });
    expect(await connection.hostname({ timeoutMs: 0 })).toBe('host');
    expect(await connection.hostname({ timeoutMs: 2 ** 40 })).toBe('host');
    expect(await connection.hostname({ timeoutMs: Number.POSITIVE_INFINITY })).toBe('host');
  });

  it('leaves the connection usable, and its late answer is ignored', async () => {
    const late: (() => void)[] = [];
    server.behave((frame, send) => {
      late.push(() => send(answer(frame, text, `answer ${late.length}`)));
    });
    const connection = await connected();
    await expect(connection.hostname({ timeoutMs: 20 })).rejects.toMatchObject({ kind: 'timeout' });
    const second = connection.hostname();
    while (late.length < 2) await sleep(1);
    for (const reply of late) reply();
    expect(await second).toBe('answer 2');
  });

  it('says so when it never left, because four others are under way', async () => {
    server.behave(() => {});
    const connection = await connected({ callTimeoutMs: 60 });
    const calls = Array.from({ length: 5 }, () => connection.hostname().catch(error => error.message));
    expect((await Promise.all(calls)).at(-1)).toBe(
      'CONNECT_GET_HOSTNAME: no answer in 60 ms, 4 earlier calls are still without one',
    );
  });
});

it('never has more than four calls under way', async () => {
  let underWay = 0;
  let most = 0;
  server.behave(async (frame, send) => {
    underWay += 1;
    most = Math.max(most, underWay);
    await sleep(2);
    underWay -= 1;
    send(answer(frame, text, 'host'));
  });
  const connection = await connected();
  await Promise.all(Array.from({ length: 40 }, () => connection.hostname()));
  expect(most).toBe(4);
});

it('sends the calls of one turn in one write', async () => {
  const written: number[] = [];
  const output = new Writable({
    write: (_chunk, _encoding, done) => {
      written.push(1);
      done();
    },
    writev: (chunks, done) => {
      written.push(chunks.length);
      done();
    },
  });
  const rpc = new Rpc({ input: new PassThrough(), output, destroy: () => {}, explain: async () => '' }, 0);
  const ask = () => rpc.call(connectProcedures.hostname, undefined).catch(() => {});
  const together = [ask(), ask(), ask()];
  await sleep(1);
  const later = ask();
  await sleep(1);
  rpc.end();
  await Promise.all([...together, later]);
  expect(written).toEqual([3, 1]);
});

describe('when the line breaks', () => {
  it('every call is rejected, under way or waiting, and so is every later one', async () => {
    server.behave((_, __, socket) => socket.destroy());
    const connection = await connected();
    const calls = Array.from({ length: 20 }, () => connection.hostname().catch(error => error.kind));
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['closed']));
    await expect(connection.hostname()).rejects.toMatchObject({ kind: 'closed' });
    expect(await connection.closed).toMatchObject({ kind: 'closed', message: /^connection lost: / });
  });

  it('closing with calls under way rejects them', async () => {
    server.behave(() => {});
    const connection = await connected();
    const call = connection.hostname().catch(error => error);
    await connection.close();
    expect(await call).toMatchObject({ kind: 'closed', message: 'the connection is closed' });
    expect(await connection.closed).toBeUndefined();
    await connection.close();
  });

  it('it is no loss when the server answers our goodbye by closing', async () => {
    const hasty = await startFakeServer();
    const connection = await connect(hasty.uri);
    for (const socket of hasty.sockets) socket.on('data', () => socket.end());
    await connection.close();
    expect(await connection.closed).toBeUndefined();
    await hasty.stop();
  });

  it('an abort signal ends the connection', async () => {
    server.behave(() => {});
    const abort = new AbortController();
    const connection = await connected({ signal: abort.signal });
    const call = connection.hostname().catch(error => error);
    abort.abort(new Error('enough'));
    expect(await call).toMatchObject({ kind: 'closed', message: 'aborted' });
    expect(await connection.closed).toMatchObject({ kind: 'closed' });
  });
});

describe('connecting', () => {
  it('gives up in time, or at the signal, when nobody answers', async () => {
    const mute = await startMuteServer();
    const late = connect(mute.uri, { connectTimeoutMs: 50 });
    await expect(late).rejects.toMatchObject({ kind: 'timeout', message: /: no connection in 50 ms$/ });
    const aborted = connect(mute.uri, { signal: AbortSignal.timeout(50) });
    await expect(aborted).rejects.toMatchObject({ kind: 'closed', message: /: aborted$/ });
    await mute.stop();
  });

  it('says which socket is not there', async () => {
    await expect(connect('qemu+unix:///system?socket=/nowhere/sock')).rejects.toMatchObject({
      kind: 'unreachable',
      message:
        "cannot connect to 'qemu+unix:///system?socket=/nowhere/sock': no libvirt daemon listens on /nowhere/sock",
    });
  });

  it('does not begin when the signal has already come', async () => {
    const attempt = connect(server.uri, { signal: AbortSignal.abort() });
    await expect(attempt).rejects.toMatchObject({ kind: 'closed' });
  });
});

describe('keepalive', () => {
  const ping = (sent: Frame) => sent.program === program.keepalive && sent.procedure === 1;

  it('answers pings, with our own keepalive or without', async () => {
    const pongs: number[] = [];
    server.behave((frame, send) => {
      if (frame.program === program.keepalive) pongs.push(frame.procedure);
      else send(Buffer.concat([unasked(1, Buffer.alloc(0), program.keepalive), answer(frame, text, 'host')]));
    });
    const connection = await connected({ keepalive: false });
    await connection.hostname();
    await connection.hostname();
    while (pongs.length < 2) await sleep(1);
    expect(pongs).toEqual([2, 2]);
  });

  it('keeps a silent line open as long as pings are answered', async () => {
    let pings = 0;
    server.behave((frame, send) => {
      if (!ping(frame)) return;
      pings += 1;
      send(unasked(2, Buffer.alloc(0), program.keepalive));
    });
    const connection = await connected({ keepalive: { intervalMs: 10, count: 2 } });
    while (pings < 8) await sleep(5);
    connection.abort();
    expect(await connection.closed).toBeUndefined();
  });

  it('ends the connection, and every call with it, when nothing comes any more', async () => {
    server.behave(() => {});
    const connection = await connected({ keepalive: { intervalMs: 10, count: 3 } });
    const message = 'the server has stopped answering';
    await expect(connection.hostname()).rejects.toMatchObject({ kind: 'closed', message });
    expect(await connection.closed).toMatchObject({ message });
  });
});

describe('a call with what cannot be sent', () => {
  it('is rejected alone; the connection stays', async () => {
    server.behave((frame, send) => send(answer(frame, text, '<domain/>')));
    const connection = await connected();
    await expect(connection.lookupByName('vm\0')).rejects.toMatchObject({ kind: 'unsupported' });
    await expect(connection.lookupByUuid('vm')).rejects.toMatchObject({ kind: 'unsupported' });
    expect(await connection.getXml(domain)).toBe('<domain/>');
  });
});
