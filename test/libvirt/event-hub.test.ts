import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { int32, struct } from '../../src/libvirt/codec.ts';
import type { Frame } from '../../src/libvirt/frame.ts';
import { type Connection, connect } from '../../src/libvirt/index.ts';
import { eventMessages, eventProcedures } from '../../src/libvirt/procedures/events.ts';
import { answer, encoded, type FakeServer, refusal, startFakeServer, unasked } from './fake-server.ts';

const domain = { name: 'vm', uuid: '00112233-4455-6677-8899-aabbccddeeff', id: 3 };
const { register, deregister } = eventProcedures;
let server: FakeServer;
let connection: Connection;

beforeEach(async () => {
  server = await startFakeServer();
  connection = await connect(server.uri);
});
afterEach(async () => {
  connection.abort();
  await server.stop();
});

function stopped(callback: number): Buffer {
  const { procedure, body } = eventMessages.lifecycle;
  return unasked(
    procedure,
    encoded(struct({ callback: int32, body }), { callback, body: { domain, event: 5, detail: 1 } }),
  );
}

function tuned(callback: number): Buffer {
  const { procedure, body } = eventMessages.tunable;
  const parameters = {
    'cputune.vcpu_quota': { type: 'llong', value: -1n },
    'blkdeviotune.disk': { type: 'string', value: 'vda' },
  } as const;
  return unasked(
    procedure,
    encoded(struct({ callback: int32, body }), { callback, body: { domain, parameters } }),
  );
}

function on(handlers: Readonly<Record<number, (frame: Frame) => readonly Buffer[]>>): void {
  server.behave((frame, send) => send(Buffer.concat(handlers[frame.procedure]?.(frame) ?? [])));
}

describe('an event is not lost', () => {
  it('when it overtakes the answer to our asking for it', async () => {
    on({ [register.number]: frame => [stopped(7), answer(frame, int32, 7)] });
    const events = await connection.events.lifecycle();
    expect((await events.next()).value).toEqual({ domain, event: 'stopped', detail: 1 });
  });

  it('when it comes in the same breath as that answer', async () => {
    on({ [register.number]: frame => [answer(frame, int32, 7), stopped(7), stopped(8), stopped(7)] });
    const events = await connection.events.lifecycle();
    await events.next();
    expect((await events.next()).value).toMatchObject({ event: 'stopped' });
  });
});

it('a change of limits comes with its values', async () => {
  on({ [register.number]: frame => [answer(frame, int32, 2), tuned(2)] });
  const events = await connection.events.tunable();
  expect((await events.next()).value).toEqual({
    domain,
    parameters: {
      'cputune.vcpu_quota': { type: 'llong', value: -1n },
      'blkdeviotune.disk': { type: 'string', value: 'vda' },
    },
  });
});

describe('the server', () => {
  it('is asked once for two loops, and told when the last one leaves', async () => {
    const asked: number[] = [];
    server.behave((frame, send) => {
      asked.push(frame.procedure);
      send(
        frame.procedure === register.number
          ? answer(frame, int32, 9)
          : answer(frame, deregister.result, undefined),
      );
    });
    const [one, two] = await Promise.all([connection.events.lifecycle(), connection.events.lifecycle()]);
    await one.return();
    expect(asked).toEqual([316]);
    await two.return();
    expect(asked).toEqual([316, 317]);
    const three = await connection.events.lifecycle();
    await three.return();
    expect(asked).toEqual([316, 317, 316, 317]);
  });

  it('may refuse, and be asked again', async () => {
    on({ [register.number]: frame => [refusal(frame, { code: 84 })] });
    await expect(connection.events.lifecycle()).rejects.toMatchObject({ vir: { code: 84 } });
    on({ [register.number]: frame => [answer(frame, int32, 1), stopped(1)] });
    const events = await connection.events.lifecycle();
    expect((await events.next()).value).toMatchObject({ event: 'stopped' });
  });
});
