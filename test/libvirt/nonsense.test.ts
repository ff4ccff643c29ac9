import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { int32, list, text } from '../../src/libvirt/codec.ts';
import { encodeFrame, type Frame, messageType } from '../../src/libvirt/frame.ts';
import { type Connection, connect } from '../../src/libvirt/index.ts';
import { answer, type FakeServer, refusal, startFakeServer, unasked } from './fake-server.ts';

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

async function connected(): Promise<Connection> {
  const connection = await connect(server.uri);
  open.add(connection);
  return connection;
}

const domain = { name: 'vm', uuid: '00112233-4455-6677-8899-aabbccddeeff' };

describe('a server that talks nonsense', () => {
  const reply = (frame: Frame, change: Partial<Frame>, payload: Uint8Array = Buffer.alloc(0)) =>
    encodeFrame({ ...frame, type: messageType.reply, ...change }, payload);

  it.each<[string, (frame: Frame) => Buffer, string, string]>([
    [
      'an answer too short',
      frame => reply(frame, {}),
      'protocol',
      'answer to CONNECT_GET_HOSTNAME cannot be read',
    ],
    [
      'an answer too long',
      frame => answer(frame, list(int32, 9), [0x6161_0000, 0]),
      'protocol',
      '4 bytes too many',
    ],
    [
      'an error that is none',
      frame => reply(frame, { status: 1 }),
      'protocol',
      'cannot be read: message ends',
    ],
    [
      'a status that is none',
      frame => reply(frame, { status: 7 }),
      'closed',
      'a message that nobody asked for',
    ],
    [
      'a serial of nobody',
      frame => reply(frame, { serial: 99 }),
      'closed',
      'a message that nobody asked for',
    ],
    [
      'another procedure',
      frame => reply(frame, { procedure: 3 }),
      'closed',
      'a message that nobody asked for',
    ],
    ['another program', frame => reply(frame, { program: 1 }), 'closed', 'a message that nobody asked for'],
    ['another version', frame => reply(frame, { version: 2 }), 'closed', 'a message that nobody asked for'],
    ['a stream', frame => reply(frame, { type: 3 }), 'closed', 'a message that nobody asked for'],
    ['a call', frame => reply(frame, { type: 0 }), 'closed', 'a message that nobody asked for'],
    ['a length of nothing', () => Buffer.alloc(4), 'closed', 'a message cannot be 0 bytes long'],
    ['text', () => Buffer.from('HTTP/1.1 400 Bad Request\r\n'), 'closed', 'bytes long'],
    ['an event cut short', () => unasked(318, Buffer.alloc(4)), 'closed', 'message ends'],
  ])('%s rejects the call and ends the connection', async (_, nonsense, kind, message) => {
    server.behave((frame, send) => send(nonsense(frame)));
    const connection = await connected();
    const [error, other] = await Promise.all([
      connection.hostname().catch(caught => caught),
      connection.hostname().catch(caught => caught),
    ]);
    expect(error).toMatchObject({ kind, message: expect.stringContaining(message) });
    expect(other).toMatchObject({ kind: 'closed' });
    expect(await connection.closed).toMatchObject({ kind: 'protocol' });
  });

  it('events of other programs, and unknown ones, do no harm', async () => {
    server.behave((frame, send) => {
      send(unasked(1, Buffer.alloc(12), 0x2000_8087));
      send(unasked(4711, Buffer.alloc(12)));
      send(answer(frame, text, 'host'));
    });
    const connection = await connected();
    expect(await connection.hostname()).toBe('host');
  });

  it('an error with everything in it comes through', async () => {
    const texts = { message: 'm %s', str1: 'a', str2: 'b', str3: 'c' };
    const error = { ...texts, code: 1, domain: 10, level: 2, int1: 5, int2: 6 };
    const unused = { unusedDomain: domain, unusedNetwork: domain };
    server.behave((frame, send) => send(refusal(frame, { ...error, ...unused })));
    const connection = await connected();
    await expect(connection.hostname()).rejects.toMatchObject({
      message: 'm %s',
      vir: {
        code: 1,
        domain: 10,
        level: 2,
        message: 'm %s',
        str1: 'a',
        str2: 'b',
        str3: 'c',
        int1: 5,
        int2: 6,
      },
    });
  });
});
