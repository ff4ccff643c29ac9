import { connect, createServer } from 'node:net';

const REMOTE_PROGRAM = 0x20008086;
const CALL = 0;
const HEADER = 28;

/** Stands between clients and a libvirtd and counts. */
export interface CallCounter {
  /** How many calls there were. */
  calls(): number;
  stop(): Promise<void>;
}

/** Listens on a socket of its own and passes everything on. @see libvirt src/rpc/virnetprotocol.x */
export async function countCalls(daemon: string, socket: string): Promise<CallCounter> {
  let calls = 0;
  const server = createServer(client => {
    const line = connect(daemon);
    let rest = Buffer.alloc(0);
    client.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= HEADER && rest.length >= rest.readUInt32BE(0)) {
        if (rest.readUInt32BE(4) === REMOTE_PROGRAM && rest.readUInt32BE(16) === CALL) calls += 1;
        rest = rest.subarray(rest.readUInt32BE(0));
      }
      line.write(chunk);
    });
    line.on('data', chunk => void client.write(chunk));
    client.on('close', () => line.destroy());
    line.on('close', () => client.destroy());
    client.on('error', () => line.destroy());
    line.on('error', () => client.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
  return {
    calls: () => calls,
    stop: () => new Promise(resolve => void server.close(() => resolve())),
  };
}
