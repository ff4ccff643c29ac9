import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createConnection, createServer, type Socket } from 'node:net';
import { encodeFrame, type Frame, FrameParser, messageType, program } from '../../src/libvirt/frame.ts';
import { domainProcedures } from '../../src/libvirt/procedures/domain.ts';
import type { Procedure } from '../../src/libvirt/procedures/procedure.ts';
import { tuningProcedures } from '../../src/libvirt/procedures/tuning.ts';
import { XdrReader } from '../../src/libvirt/xdr.ts';

/** One call that writes, on its way to libvirt. Until something is done with it, it waits. */
export interface Write {
  /** Passes it on. Its answer is held back. */
  pass(): Promise<Frame>;
  /** Passes it on with a flag that libvirt does not know: libvirt itself refuses it then. */
  spoil(): Promise<Frame>;
  /** Gives the caller an answer that was held back. */
  answer(reply: Frame): void;
  /** Cuts the caller's connection. */
  cut(): void;
}

/** What becomes of one write. */
export type Strike = (write: Write) => Promise<void>;

/** There was no such write. */
export class NotStruckError extends Error {}

/** A libvirt socket in front of another one, where one write at a time can be made to fail. */
export interface LibvirtProxy {
  readonly uri: string;
  /**
   * Strikes the next write to a target, or the one after so many others to it. Targets are named by what is written:
   * `cpu_shares`, `vda`, an interface's MAC, `definition`, `live record`, `config record`.
   *
   * @returns settles when it has been struck
   */
  arm(target: string, strike: Strike, after?: number): Promise<void>;
  /** Strikes nothing any more; who waits for it gets a NotStruckError. @returns targets of all writes since this was called last */
  disarm(): readonly string[];
  close(): Promise<void>;
}

/** By procedure: what a write is to. */
const targets = new Map<number, (payload: Buffer) => string>([
  target(tuningProcedures.setSchedulerFlags, ({ params }) => Object.keys(params).join()),
  target(tuningProcedures.setBlockIoTune, ({ device }) => device),
  target(tuningProcedures.setInterface, ({ device }) => device),
  target(domainProcedures.defineXml, () => 'definition'),
  target(domainProcedures.setMetadata, ({ flags }) => (flags === 1 ? 'live record' : 'config record')),
]);
const unknownFlag = 0x4000_0000;

function target<Args, Result>({ number, args }: Procedure<Args, Result>, name: (args: Args) => string) {
  return [number, (payload: Buffer) => name(args.read(new XdrReader(payload)))] as const;
}

interface Armed {
  readonly target: string;
  /** Writes to it that are let through. */
  after: number;
  readonly strike: Strike;
  readonly struck: () => void;
  readonly failed: (error: unknown) => void;
}

/** Listens at `path` and passes everything on to the socket `upstream`. */
export async function libvirtProxy(path: string, upstream: string): Promise<LibvirtProxy> {
  let armed: Armed | undefined;
  let seen: string[] = [];
  const clients = new Set<Socket>();
  /** What is to be done with a frame other than to pass it on. */
  const strikeFor = (frame: Frame): Armed | undefined => {
    const name = frame.program === program.remote && targets.get(frame.procedure)?.(frame.payload);
    if (name === undefined || name === false) return undefined;
    seen.push(name);
    if (name !== armed?.target || armed.after-- > 0) return undefined;
    const striking = armed;
    armed = undefined;
    return striking;
  };
  const server = createServer(client => {
    clients.add(client);
    client.on('close', () => clients.delete(client));
    passOn(client, createConnection(upstream), strikeFor);
  });
  await rm(path, { force: true });
  await once(server.listen(path), 'listening');
  return {
    uri: `qemu+unix:///system?socket=${encodeURIComponent(path)}`,
    arm(name, strike, after = 0) {
      return new Promise<void>((struck, failed) => {
        armed = { target: name, strike, after, struck, failed };
      });
    },
    disarm() {
      const all = seen;
      armed?.failed(new NotStruckError(`no write to ${armed.target} was made`));
      armed = undefined;
      seen = [];
      return all;
    },
    async close() {
      for (const client of clients) client.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function passOn(client: Socket, libvirt: Socket, strikeFor: (frame: Frame) => Armed | undefined): void {
  const calls = new FrameParser();
  const answers = new FrameParser();
  const held = new Map<number, (reply: Frame) => void>();
  const send = (to: Socket, frame: Frame) => {
    if (to.writable) to.write(encodeFrame(frame, frame.payload));
  };
  const passHeld = (frame: Frame) =>
    new Promise<Frame>(resolve => {
      held.set(frame.serial, resolve);
      send(libvirt, frame);
    });
  client.on('data', chunk => {
    for (const frame of calls.push(chunk)) {
      const strike = strikeFor(frame);
      if (strike === undefined) send(libvirt, frame);
      else {
        const write: Write = {
          pass: () => passHeld(frame),
          spoil: () => passHeld(withUnknownFlag(frame)),
          answer: reply => send(client, reply),
          cut: () => void client.destroy(),
        };
        strike.strike(write).then(strike.struck, strike.failed);
      }
    }
  });
  libvirt.on('data', chunk => {
    for (const frame of answers.push(chunk)) {
      const holder = frame.type === messageType.reply ? held.get(frame.serial) : undefined;
      if (holder === undefined) send(client, frame);
      else {
        held.delete(frame.serial);
        holder(frame);
      }
    }
  });
  // What was passed on is carried out also when the caller is gone.
  client.on('close', () => void libvirt.end());
  libvirt.on('close', () => void client.destroy());
  for (const socket of [client, libvirt]) socket.on('error', () => {});
}

/** Every one of these calls ends with its flags. */
function withUnknownFlag(frame: Frame): Frame {
  const payload = Buffer.from(frame.payload);
  const at = payload.length - 4;
  payload.writeUInt32BE((payload.readUInt32BE(at) | unknownFlag) >>> 0, at);
  return { ...frame, payload };
}
