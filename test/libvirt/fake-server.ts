import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Codec } from '../../src/libvirt/codec.ts';
import { virErrorCodec } from '../../src/libvirt/error-codec.ts';
import {
  encodeFrame,
  type Frame,
  FrameParser,
  messageStatus,
  messageType,
  program,
} from '../../src/libvirt/frame.ts';
import type { VirError } from '../../src/libvirt/index.ts';
import { connectProcedures } from '../../src/libvirt/procedures/connect.ts';
import { XdrWriter } from '../../src/libvirt/xdr.ts';

/** What the server does with one frame of the client; nothing sent: no answer. */
export type Behaviour = (frame: Frame, send: (bytes: Uint8Array) => void, socket: net.Socket) => void;

/** A libvirt daemon made of our own codec, to misbehave as wanted. */
export interface FakeServer {
  readonly uri: string;
  /** Connections that are open now. */
  readonly sockets: ReadonlySet<net.Socket>;
  /** Replaces what is done with frames that the log-in does not need. */
  behave(behaviour: Behaviour): void;
  stop(): Promise<void>;
}

/** Starts one that takes connections and says nothing, not even to the log-in. */
export function startMuteServer(): Promise<FakeServer> {
  return listen(() => {});
}

/** Starts one on a unix socket; it lets everybody in. */
export async function startFakeServer(behaviour: Behaviour = () => {}): Promise<FakeServer> {
  let current = behaviour;
  const server = await listen((frame, send, socket) => {
    if (!letIn(frame, send)) current(frame, send, socket);
  });
  const behave = (next: Behaviour) => {
    current = next;
  };
  return { ...server, behave };
}

/** Starts one that does as it likes from the first frame on; nothing as long as it is not told what. */
export async function startMisbehavingServer(): Promise<FakeServer> {
  let current: Behaviour = () => {};
  const server = await listen((frame, send, socket) => current(frame, send, socket));
  const behave = (next: Behaviour) => {
    current = next;
  };
  return { ...server, behave };
}

async function listen(behaviour: Behaviour): Promise<FakeServer> {
  const folder = mkdtempSync(join(tmpdir(), 'vq-fake-'));
  const path = join(folder, 'sock');
  const sockets = new Set<net.Socket>();
  const server = net.createServer(socket => {
    const parser = new FrameParser();
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    socket.on('data', chunk => {
      for (const frame of parser.push(chunk)) {
        const send = (bytes: Uint8Array) => void (socket.destroyed || socket.write(bytes));
        behaviour(frame, send, socket);
      }
    });
  });
  await new Promise<void>(resolve => server.listen(path, resolve));
  return {
    uri: `test+unix:///default?socket=${encodeURIComponent(path)}`,
    sockets,
    behave() {},
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise(resolve => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A good answer to a call. */
export function answer<Value>(frame: Frame, codec: Codec<Value>, value: Value): Buffer {
  const { program, version, procedure, serial } = frame;
  return encodeFrame(
    { program, version, procedure, type: messageType.reply, serial, status: 0 },
    encoded(codec, value),
  );
}

/** libvirt's error as the answer to a call. */
export function refusal(frame: Frame, vir: Partial<VirError> = {}): Buffer {
  const { program, version, procedure, serial } = frame;
  const header = {
    program,
    version,
    procedure,
    type: messageType.reply,
    serial,
    status: messageStatus.error,
  };
  const error = { code: 1, domain: 10, level: 2, message: 'internal error', int1: -1, int2: -1, ...vir };
  return encodeFrame(header, encoded(virErrorCodec, error));
}

/** A message that nobody asked for: an event, or a ping. */
export function unasked(procedure: number, payload: Uint8Array, of: number = program.remote): Buffer {
  return encodeFrame(
    { program: of, version: 1, procedure, type: messageType.event, serial: 0, status: 0 },
    payload,
  );
}

export function encoded<Value>(codec: Codec<Value>, value: Value): Buffer {
  const writer = new XdrWriter();
  codec.write(writer, value);
  return Buffer.from(writer.bytes);
}

function letIn(frame: Frame, send: (bytes: Uint8Array) => void): boolean {
  const { authList, supportsFeature, open, close } = connectProcedures;
  if (frame.program !== program.remote) return false;
  if (frame.procedure === authList.number) send(answer(frame, authList.result, []));
  else if (frame.procedure === supportsFeature.number) send(answer(frame, supportsFeature.result, true));
  else if (frame.procedure === open.number) send(answer(frame, open.result, undefined));
  else if (frame.procedure === close.number) send(answer(frame, close.result, undefined));
  else return false;
  return true;
}
