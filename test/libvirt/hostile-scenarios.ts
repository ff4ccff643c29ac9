import { int32, list, struct, text, uint32 } from '../../src/libvirt/codec.ts';
import { domain } from '../../src/libvirt/domain-codec.ts';
import { encodeFrame, type Frame, messageType, program } from '../../src/libvirt/frame.ts';
import type { Connection, LibvirtErrorKind } from '../../src/libvirt/index.ts';
import { connectProcedures } from '../../src/libvirt/procedures/connect.ts';
import { domainProcedures } from '../../src/libvirt/procedures/domain.ts';
import { eventProcedures } from '../../src/libvirt/procedures/events.ts';
import { answer, type Behaviour, encoded, refusal, unasked } from './fake-server.ts';

/** One way to be hostile, and how a call to such a server ends. */
export interface Scenario {
  readonly name: string;
  /** What the server does; with `login` to every frame, else to those after the log-in. */
  readonly behave: Behaviour;
  readonly login?: true;
  /** Absent: asks for the host's name. */
  readonly call?: (connection: Connection) => Promise<unknown>;
  /** Absent: the call is answered. */
  readonly kind?: LibvirtErrorKind;
  /** Of the error, or of the answer. */
  readonly says: string | RegExp;
}

const vm = { name: 'vm', uuid: '00112233-4455-6677-8899-aabbccddeeff', id: 3 };
const esc = '\u001b]0;owned\u0007\u001b[2J\u202e\u009b31m';

const word = (...values: readonly number[]) => {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, 4 * index);
  return bytes;
};
const reply = (frame: Frame, change: Partial<Frame>, payload: Uint8Array = Buffer.alloc(0)) =>
  encodeFrame({ ...frame, type: messageType.reply, ...change }, payload);
const good = (frame: Frame) => answer(frame, text, 'host');
/** A reply whose payload is these bytes. */
const raw = (...parts: readonly Uint8Array[]): Behaviour => {
  return (frame, send) => send(reply(frame, {}, Buffer.concat(parts)));
};
const once = (bytes: (frame: Frame) => Uint8Array): Behaviour => {
  return (frame, send) => send(bytes(frame));
};
const thenEnd = (bytes: (frame: Frame) => Uint8Array): Behaviour => {
  return (frame, send, socket) => {
    send(bytes(frame));
    socket.end();
  };
};
/** A string of the wire, whatever its bytes are. */
const string = (bytes: Buffer) =>
  Buffer.concat([word(bytes.length), bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
const parameter = (name: string, type: number, ...values: readonly number[]) =>
  Buffer.concat([string(Buffer.from(name)), word(type, ...values)]);

const tune = (connection: Connection) => connection.getBlockIoTune(vm, 'vda', { live: true });
const domains = (connection: Connection) => connection.listDomains();
const xml = (connection: Connection) => connection.getXml(vm);
/** Waits for one event; the server may answer whatever it likes to the registering. */
const event = async (connection: Connection) => {
  const events = await connection.events.lifecycle();
  const late = setTimeout(() => connection.abort(), 1000);
  const { value } = await events.next();
  clearTimeout(late);
  return value === undefined ? 'no event' : `event of ${value.domain.name}`;
};
const registered = (sent: (frame: Frame) => readonly Uint8Array[]): Behaviour => {
  return (frame, send) => {
    if (frame.procedure !== eventProcedures.register.number) return;
    send(Buffer.concat([answer(frame, int32, 7), ...sent(frame)]));
  };
};

const frames: readonly Scenario[] = [
  ...[0, 3, 27, 33_554_437, 2 ** 31, 2 ** 32 - 1].map(
    (length): Scenario => ({
      name: `a length of ${length}`,
      behave: once(() => Buffer.concat([word(length), Buffer.alloc(64)])),
      kind: 'closed',
      says: `a message cannot be ${length} bytes long`,
    }),
  ),
  {
    name: 'a frame that never ends',
    behave: once(frame => good(frame).subarray(0, 30)),
    kind: 'timeout',
    says: 'no answer in 250 ms',
  },
  {
    name: 'a frame cut by the end of the connection',
    behave: thenEnd(frame => good(frame).subarray(0, 30)),
    kind: 'closed',
    says: 'connection lost',
  },
  { name: 'three bytes and the end', behave: thenEnd(() => Buffer.alloc(3)), kind: 'closed', says: 'lost' },
  { name: 'the end at once', behave: thenEnd(() => Buffer.alloc(0)), kind: 'closed', says: 'lost' },
  {
    name: 'an abrupt end',
    behave: (_, __, socket) => void socket.destroy(),
    kind: 'closed',
    says: 'connection lost',
  },
  {
    name: 'a byte every 40 ms',
    behave: (frame, send) => drip(good(frame), send),
    kind: 'timeout',
    says: 'no answer',
  },
  {
    name: 'a length of 32 MiB and silence',
    behave: once(() => word(33_554_436, program.remote)),
    kind: 'timeout',
    says: 'no answer',
  },
  {
    name: 'text of another protocol',
    behave: once(() => Buffer.from('SSH-2.0-x\r\n')),
    kind: 'closed',
    says: 'bytes long',
  },
  {
    name: 'a good answer, a byte at a time',
    behave: (frame, send) => {
      for (const byte of good(frame)) send(Buffer.from([byte]));
    },
    says: 'host',
  },
];

const headers: readonly Scenario[] = [
  ...Object.entries({
    'another serial': { serial: 77 },
    'the serial before': { serial: 1 },
    'another program': { program: 1 },
    'another version': { version: 2 },
    'another procedure': { procedure: 4 },
    'a negative procedure': { procedure: -1 },
    'a stream': { type: 3 },
    'a stream hole': { type: 5 },
    descriptors: { type: 4 },
    'a call': { type: 0 },
    'a type that is none': { type: 2 ** 32 - 1 },
    'a status that is none': { status: 2 },
    'a status of a stream that goes on': { status: 2 ** 31 },
  }).map(
    ([name, change]): Scenario => ({
      name: `an answer of ${name}`,
      behave: once(frame => reply(frame, change, encoded(text, 'host'))),
      kind: 'closed',
      says: 'a message that nobody asked for',
    }),
  ),
  {
    name: 'an answer to nothing',
    behave: once(frame => reply(frame, { serial: frame.serial + 1 })),
    kind: 'closed',
    says: 'nobody asked',
  },
  {
    name: 'the same answer twice',
    behave: once(frame => Buffer.concat([good(frame), good(frame)])),
    call: async connection => {
      await connection.hostname();
      throw (await connection.closed) ?? new Error('still open');
    },
    kind: 'protocol',
    says: 'a message that nobody asked for',
  },
  {
    name: 'a pong unasked',
    behave: once(frame => Buffer.concat([unasked(2, Buffer.alloc(0), program.keepalive), good(frame)])),
    says: 'host',
  },
  {
    name: 'a keepalive procedure that is none',
    behave: once(frame => Buffer.concat([unasked(99, Buffer.alloc(9), program.keepalive), good(frame)])),
    says: 'host',
  },
  {
    name: 'a keepalive call',
    behave: once(frame => reply(frame, { program: program.keepalive, type: 0 })),
    kind: 'closed',
    says: 'nobody asked',
  },
];

const payloads: readonly Scenario[] = [
  { name: 'no payload', behave: raw(), kind: 'protocol', says: 'message ends 4 bytes too early' },
  {
    name: 'bytes after the payload',
    behave: raw(encoded(text, 'host'), Buffer.alloc(8)),
    kind: 'protocol',
    says: '8 bytes too many',
  },
  { name: 'a string of 2^32-1', behave: raw(word(2 ** 32 - 1)), kind: 'protocol', says: 'beyond the limit' },
  {
    name: 'a string longer than its message',
    behave: raw(word(4096, 0)),
    kind: 'protocol',
    says: 'too early',
  },
  {
    name: 'a string above 4 MiB',
    behave: raw(string(Buffer.alloc(4_194_305, 'x'))),
    kind: 'protocol',
    says: 'length 4194305 is beyond the limit of 4194304',
  },
  {
    name: 'a string that is not UTF-8',
    behave: raw(string(Buffer.from([0x68, 0xff, 0xc0, 0x80]))),
    kind: 'protocol',
    says: 'a string is not UTF-8',
  },
  {
    name: 'half of a surrogate pair in a string',
    behave: raw(string(Buffer.from([0xed, 0xa0, 0x80]))),
    kind: 'protocol',
    says: 'a string is not UTF-8',
  },
  {
    name: 'a NUL in a string',
    behave: raw(string(Buffer.from('vm1\0vm2'))),
    kind: 'protocol',
    says: 'a NUL character',
  },
  {
    name: 'the replacement character itself',
    behave: raw(string(Buffer.from('a\ufffdb'))),
    says: 'a\ufffdb',
  },
  {
    name: 'definitions of 16 MiB',
    behave: raw(string(Buffer.alloc(16 * 1024 ** 2, ' '))),
    call: xml,
    kind: 'protocol',
    says: 'beyond the limit',
  },
  {
    name: 'a list of 2^32-1 domains',
    behave: raw(word(2 ** 32 - 1)),
    call: domains,
    kind: 'protocol',
    says: 'beyond the limit of 16384',
  },
  {
    name: 'a list that has fewer than it says',
    behave: raw(word(16_384), encoded(domain, vm)),
    call: domains,
    kind: 'protocol',
    says: 'too early',
  },
  {
    name: 'more domains than are listed',
    behave: once(frame => answer(frame, domainProcedures.listAll.result, { domains: [vm], count: 3 })),
    call: domains,
    kind: 'protocol',
    says: 'the server has 3 domains and lists 1',
  },
  {
    name: 'a pointer that is neither there nor not',
    behave: once(frame => reply(frame, { status: 1 }, word(1, 10, 2))),
    kind: 'protocol',
    says: '2 where 0 or 1 must be',
  },
  {
    name: 'a state that is none',
    behave: once(frame => answer(frame, struct({ state: int32, reason: int32 }), { state: -1, reason: -7 })),
    call: async connection => (await connection.getState(vm)).state,
    says: 'unknown',
  },
  {
    name: 'memory beyond all integers',
    behave: raw(word(1, 0xffff_ffff, 0xffff_ffff, 0, 0, 1, 0, 0)),
    call: connection => connection.getInfo(vm),
    kind: 'unsupported',
    says: '18446744073709551615 is beyond',
  },
];

const parameters: readonly Scenario[] = [
  ...[0, 8, -1, 2 ** 31].map(
    (type): Scenario => ({
      name: `a parameter of type ${type}`,
      behave: counted(1, parameter('a', type, 0)),
      call: tune,
      kind: 'protocol',
      says: 'no parameter type has the number',
    }),
  ),
  {
    name: 'a parameter twice',
    behave: counted(2, parameter('read_iops_sec', 1, 5), parameter('read_iops_sec', 1, 0)),
    call: tune,
    kind: 'protocol',
    says: "the parameter 'read_iops_sec' is there twice",
  },
  {
    name: 'a thousand parameters',
    behave: counted(1000, ...Array.from({ length: 1000 }, (_, index) => parameter(`p${index}`, 1, 5))),
    call: tune,
    kind: 'protocol',
    says: 'length 1000 is beyond the limit of 32',
  },
  {
    name: 'a parameter’s name of 80 bytes',
    behave: counted(1, parameter('n'.repeat(80), 1, 5)),
    call: tune,
    kind: 'protocol',
    says: 'length 80 is beyond the limit of 79',
  },
  {
    name: 'a parameter of a prototype’s name',
    behave: counted(1, parameter('__proto__', 1, 5)),
    call: async connection => Object.keys(await tune(connection)).join(),
    says: '__proto__',
  },
  {
    name: 'fewer parameters than it says',
    behave: counted(3, parameter('a', 1, 5)),
    call: tune,
    kind: 'protocol',
    says: 'too early',
  },
  {
    name: 'a number of parameters below 0',
    behave: raw(word(0, -5)),
    call: tune,
    kind: 'protocol',
    says: '-5 parameters',
  },
  {
    name: 'statistics of more parameters than a message holds',
    behave: raw(word(1), encoded(domain, vm), word(262_144)),
    call: connection => connection.getAllDomainStats(),
    kind: 'protocol',
    says: 'too early',
  },
];

const errors: readonly Scenario[] = [
  {
    name: 'an error of nothing',
    behave: once(frame => reply(frame, { status: 1 }, word(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))),
    kind: 'libvirt',
    says: 'unknown error',
  },
  {
    name: 'an error of negative numbers',
    behave: once(frame => refusal(frame, { code: -1, domain: -2, level: -3, message: 'm' })),
    kind: 'libvirt',
    says: 'm',
  },
  {
    name: 'an error of 4 MiB',
    behave: once(frame => refusal(frame, { message: esc.repeat(150_000), str1: esc.repeat(150_000) })),
    kind: 'libvirt',
    says: /^.{4097}$/su,
  },
  {
    name: 'an error that is not UTF-8',
    behave: once(frame => {
      const message = string(Buffer.from([0x4e, 0xe9]));
      return reply(
        frame,
        { status: 1 },
        Buffer.concat([word(1, 10, 1), message, word(2, 0, 0, 0, 0, 0, 0, 0)]),
      );
    }),
    kind: 'libvirt',
    says: 'N\ufffd',
  },
  {
    name: 'an error without its end',
    behave: once(frame => reply(frame, { status: 1 }, word(1))),
    kind: 'protocol',
    says: 'too early',
  },
];

const events: readonly Scenario[] = [
  {
    name: 'an event of a domain that nobody asked for',
    behave: registered(() => [lifecycle(8)]),
    call: event,
    says: 'no event',
  },
  {
    name: 'an event that nobody asked for',
    behave: once(frame => Buffer.concat([lifecycle(1), good(frame)])),
    says: 'host',
  },
  {
    name: 'an event of a number that is none',
    behave: registered(() => [lifecycle(7, 99)]),
    call: event,
    says: 'event of vm',
  },
  {
    name: 'an event cut short',
    behave: registered(() => [unasked(318, word(7, 9))]),
    call: event,
    kind: 'protocol',
    says: 'too early',
  },
  {
    name: 'an event with more than belongs into it',
    behave: registered(() => [unasked(318, Buffer.concat([lifecycle(7).subarray(28), word(1)]))]),
    call: event,
    kind: 'protocol',
    says: 'an event has 4 bytes too many',
  },
  {
    name: 'an event of garbage',
    behave: registered(() => [unasked(346, Buffer.alloc(900, '<x>'))]),
    call: event,
    kind: 'protocol',
    says: 'beyond the limit',
  },
  {
    name: 'an event of an unknown procedure',
    behave: registered(() => [unasked(4711, Buffer.alloc(900)), lifecycle(7)]),
    call: event,
    says: 'event of vm',
  },
  {
    name: 'a registration that is never answered',
    behave: () => {},
    call: event,
    kind: 'timeout',
    says: 'no answer',
  },
];

const login: readonly Scenario[] = [
  { name: 'silence', behave: () => {}, kind: 'timeout', says: 'no connection in 400 ms' },
  {
    name: 'the end after connecting',
    behave: thenEnd(() => Buffer.alloc(0)),
    kind: 'unreachable',
    says: 'cannot connect',
  },
  { name: 'only SASL', behave: authentication(1), kind: 'unsupported', says: 'authentication by SASL' },
  {
    name: 'an authentication that is none',
    behave: authentication(-9),
    kind: 'unsupported',
    says: 'type -9',
  },
  {
    name: 'more authentications than there are',
    behave: once(frame =>
      answer(
        frame,
        list(int32, 99),
        Array.from({ length: 21 }, () => 0),
      ),
    ),
    kind: 'protocol',
    says: 'beyond the limit of 20',
  },
  {
    name: 'a flood of authentications',
    behave: once(frame => reply(frame, {}, word(2 ** 32 - 1))),
    kind: 'protocol',
    says: 'beyond the limit of 20',
  },
  {
    name: 'an error to everything',
    behave: once(frame => refusal(frame, { code: 38, message: `${esc}no` })),
    kind: 'libvirt',
    says: 'no',
  },
  {
    name: 'an open that never comes',
    behave: (frame: Frame, send: (bytes: Uint8Array) => void) => {
      if (frame.procedure === connectProcedures.authList.number) send(answer(frame, list(uint32, 9), []));
    },
    kind: 'timeout',
    says: 'no connection in 400 ms',
  },
  {
    name: 'pings instead of answers',
    behave: once(() => unasked(1, Buffer.alloc(0), program.keepalive)),
    kind: 'timeout',
    says: 'no connection in 400 ms',
  },
].map(scenario => ({ ...scenario, login: true }) as Scenario);

/** All of them. */
export const scenarios: readonly Scenario[] = [
  ...frames,
  ...headers,
  ...payloads,
  ...parameters,
  ...errors,
  ...events,
  ...login,
];

function drip(bytes: Buffer, send: (bytes: Uint8Array) => void): void {
  let at = 0;
  const timer = setInterval(() => {
    if (at === bytes.length) clearInterval(timer);
    else send(bytes.subarray(at, ++at));
  }, 40);
  timer.unref();
}

/** First how many there are, then them. */
function counted(count: number, ...entries: readonly Uint8Array[]): Behaviour {
  let isAsked = false;
  return (frame, send) => {
    isAsked = !isAsked;
    const payload = isAsked
      ? word(0, Math.min(count, 32))
      : Buffer.concat([word(count), ...entries, word(count)]);
    send(reply(frame, {}, payload));
  };
}

function lifecycle(callback: number, number = 5): Buffer {
  const body = struct({ callback: int32, domain, event: int32, detail: int32 });
  return unasked(318, encoded(body, { callback, domain: vm, event: number, detail: -1 }));
}

function authentication(type: number): Behaviour {
  return once(frame => answer(frame, list(int32, 9), [type]));
}
