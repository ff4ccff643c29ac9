import type { Codec } from '../../src/libvirt/codec.ts';
import { readVirError, virErrorCodec } from '../../src/libvirt/error-codec.ts';
import { encodeFrame, FrameParser, messageStatus, messageType, program } from '../../src/libvirt/frame.ts';
import { connectProcedures } from '../../src/libvirt/procedures/connect.ts';
import { domainProcedures } from '../../src/libvirt/procedures/domain.ts';
import { eventMessages } from '../../src/libvirt/procedures/events.ts';
import { tuningProcedures } from '../../src/libvirt/procedures/tuning.ts';
import { toNumbers } from '../../src/libvirt/typed-parameters.ts';
import { XdrReader, XdrWriter } from '../../src/libvirt/xdr.ts';
import { BrokenLaw, type Harness, unseen } from './harness.ts';
import { byteMutations } from './mutate-bytes.ts';

const vm = { name: 'instance-00000001', uuid: '00112233-4455-6677-8899-aabbccddeeff', id: 3 };
const ullong = { type: 'ullong', value: 7n } as const;
const limits = {
  total_bytes_sec: ullong,
  cpu_shares: { type: 'uint', value: 512 },
  vcpu_quota: { type: 'llong', value: -1n },
  weight: { type: 'double', value: 0.5 },
  on: { type: 'boolean', value: true },
  group_name: { type: 'string', value: 'g' },
} as const;
const refusal = {
  code: 42,
  domain: 10,
  message: 'no domain',
  level: 2,
  unusedDomain: vm,
  str1: 'a',
  int1: -1,
  int2: -1,
};

/** Every shape of an answer, with a good one to start from. */
const shapes: readonly (readonly [Codec<unknown>, unknown])[] = [
  [domainProcedures.getXml.result, '<domain/>'],
  [domainProcedures.lookupByName.result, vm],
  [domainProcedures.listAll.result, { domains: [vm, vm], count: 2 }],
  [domainProcedures.allStats.result, [{ domain: vm, parameters: limits }]],
  [domainProcedures.getState.result, { state: 1, reason: 1 }],
  [tuningProcedures.getBlockIoTune.result, { params: limits, nparams: 6 }],
  [tuningProcedures.getSchedulerFlags.result, limits],
  [connectProcedures.authList.result, [0, 1, 2]],
  [connectProcedures.libVersion.result, 11_003_000n],
  [virErrorCodec, refusal],
  [eventMessages.tunable.body, { domain: vm, parameters: limits }],
  [eventMessages.lifecycle.body, { domain: vm, event: 1, detail: 0 }],
  [eventMessages.metadataChange.body, { domain: vm, type: 2, uri: 'urn:a' }],
].map(([codec, value]) => [codec as Codec<unknown>, value] as const);

/**
 * Bytes from a libvirt that is none, or that somebody has got between. The procedure says which shape is read.
 */
export const rpcHarness: Harness = {
  name: 'rpc',
  share: 20,
  corpus: () => [...shapes.keys()].map(at => frameOf(at).toString('latin1')),
  mutations: byteMutations,
  make: dice =>
    frameOf(dice.below(shapes.length))
      .toString('latin1')
      .repeat(1 + dice.below(4)),
  read: text => {
    const bytes = Buffer.from(text, 'latin1');
    const middle = Math.floor(bytes.length / 2);
    const parser = new FrameParser();
    for (const chunk of [bytes.subarray(0, middle), bytes.subarray(middle)]) {
      for (const { procedure, payload } of parser.push(chunk)) readPayload(procedure, payload);
    }
    return unseen;
  },
};

function frameOf(at: number): Buffer {
  const [codec, value] = shapes[at] ?? [];
  const writer = new XdrWriter();
  codec?.write(writer, value);
  const header = {
    program: program.remote,
    version: 1,
    procedure: at,
    type: messageType.reply,
    serial: 1,
    status: messageStatus.ok,
  };
  return encodeFrame(header, writer.bytes);
}

function readPayload(procedure: number, payload: Buffer): void {
  const [codec] = shapes[Math.abs(procedure) % shapes.length] ?? [];
  if (codec === undefined) return;
  const reader = new XdrReader(payload);
  const value = codec.read(reader);
  if (codec === virErrorCodec) readVirError(new XdrReader(payload));
  if (codec === tuningProcedures.getSchedulerFlags.result) numbersOf(value);
  sameAgain(codec, value);
}

/** Numbers that are none are a broken law of the caller's. */
function numbersOf(value: unknown): void {
  for (const one of Object.values(toNumbers(value as Parameters<typeof toNumbers>[0]))) {
    if (typeof one !== 'number') throw new BrokenLaw(`number: ${String(one)}`);
  }
}

/** What was read can be written, and is read as the same; text that was no UTF-8 or had a NUL cannot. */
function sameAgain(codec: Codec<unknown>, value: unknown): void {
  const shown = JSON.stringify(value, plain);
  if (shown === undefined || /\\u0000|\ufffd/.test(shown)) return;
  const writer = new XdrWriter();
  codec.write(writer, value);
  const again = JSON.stringify(codec.read(new XdrReader(Buffer.from(writer.bytes))), plain);
  if (again !== shown)
    throw new BrokenLaw(`identity: ${shown.slice(0, 300)} is read as ${again.slice(0, 300)}`);
}

function plain(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}
