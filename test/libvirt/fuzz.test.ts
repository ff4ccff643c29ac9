import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Frame } from '../../src/libvirt/frame.ts';
import { type Connection, connect, LibvirtError } from '../../src/libvirt/index.ts';
import { domainProcedures } from '../../src/libvirt/procedures/domain.ts';
import { tuningProcedures } from '../../src/libvirt/procedures/tuning.ts';
import { answer, type FakeServer, refusal, startFakeServer } from './fake-server.ts';

const runs = 3200;
const lanes = 16;
const uuid = '00112233-4455-6677-8899-aabbccddeeff';
const vm = { name: 'vm', uuid, id: 3 };
const ullong = { type: 'ullong', value: 7n } as const;
const limits = { total_bytes_sec: ullong, group_name: { type: 'string', value: 'g' } } as const;

/** Calls of every shape of answer, each with a good one to start from. */
const subjects: readonly {
  readonly call: (connection: Connection) => Promise<unknown>;
  readonly good: (frame: Frame) => Buffer;
}[] = [
  { call: c => c.getXml(vm), good: frame => answer(frame, domainProcedures.getXml.result, '<domain/>') },
  { call: c => c.lookupByName('vm'), good: frame => answer(frame, domainProcedures.lookupByName.result, vm) },
  {
    call: c => c.listDomains(),
    good: frame => answer(frame, domainProcedures.listAll.result, { domains: [vm, vm], count: 2 }),
  },
  {
    call: c => c.getAllDomainStats(),
    good: frame => answer(frame, domainProcedures.allStats.result, [{ domain: vm, parameters: limits }]),
  },
  {
    call: c => c.getBlockIoTune(vm, 'vda'),
    good: frame => answer(frame, tuningProcedures.getBlockIoTune.result, { params: limits, nparams: 2 }),
  },
  { call: c => c.getState(vm), good: frame => refusal(frame, { str1: 'a', str2: 'b', str3: 'c' }) },
  { call: c => c.isActive(vm), good: frame => answer(frame, domainProcedures.isActive.result, true) },
];

/** A change to a good frame. Cutting and growing may leave the length word behind, or correct it. */
interface Damage {
  readonly subject: number;
  readonly flips: readonly { readonly at: number; readonly byte: number }[];
  readonly cut: number;
  readonly extra: Uint8Array;
  readonly fixLength: boolean;
}

const damages: fc.Arbitrary<Damage> = fc.record({
  subject: fc.nat(subjects.length - 1),
  flips: fc.array(fc.record({ at: fc.nat(200), byte: fc.nat(255) }), { maxLength: 6 }),
  cut: fc.oneof(fc.constant(0), fc.nat(60)),
  extra: fc.uint8Array({ maxLength: 24 }),
  fixLength: fc.boolean(),
});

function damaged(frame: Buffer, { flips, cut, extra, fixLength }: Damage): Buffer {
  const bytes = Buffer.concat([frame.subarray(0, Math.max(4, frame.length - cut)), extra]);
  for (const { at, byte } of flips) bytes[at % bytes.length] = byte;
  if (fixLength) bytes.writeUInt32BE(bytes.length, 0);
  return bytes;
}

let servers: readonly FakeServer[];

beforeAll(async () => {
  servers = await Promise.all(Array.from({ length: lanes }, () => startFakeServer()));
});
afterAll(() => Promise.all(servers.map(server => server.stop())));

describe('a server that answers with damaged messages', () => {
  it(`settles every one of ${runs} calls, and leaves nothing open`, async () => {
    const samples = fc.sample(damages, { numRuns: runs, seed: 20_261_120 });
    await Promise.all(servers.map(server => settle(server, { ...intact, subject: 0 })));
    await sleep(50);
    const before = handles();
    const work = samples.values();
    const outcomes: Record<string, number> = {};
    const lane = async (server: FakeServer) => {
      for (const sample of work) {
        const outcome = await settle(server, sample);
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      }
    };
    await Promise.all(servers.map(lane));
    await sleep(50);
    expect(servers.reduce((sum, { sockets }) => sum + sockets.size, 0)).toBe(0);
    expect(handles()).toEqual(before);
    expect(Object.values(outcomes).reduce((sum, count) => sum + count)).toBe(runs);
    const { protocol = 0, timeout = 0 } = outcomes;
    expect(Object.keys(outcomes).sort()).toEqual(['answered', 'closed', 'libvirt', 'protocol', 'timeout']);
    // A longer length announces bytes that never come: only time can tell.
    expect(timeout).toBeLessThan(runs / 2);
    expect(protocol).toBeGreaterThan(runs / 10);
  }, 30_000);
});

const intact = { flips: [], cut: 0, extra: Buffer.alloc(0), fixLength: true };

/** One connection, one answer; what became of the call. */
async function settle(server: FakeServer, damage: Damage): Promise<string> {
  const subject = subjects[damage.subject];
  if (subject === undefined) throw new Error(`no subject ${damage.subject}`);
  const connection = await connect(server.uri, { callTimeoutMs: 20, keepalive: false });
  server.behave((frame, send) => send(damaged(subject.good(frame), damage)));
  try {
    await subject.call(connection);
    return 'answered';
  } catch (error) {
    if (error instanceof LibvirtError) return error.kind;
    throw error;
  } finally {
    connection.abort();
  }
}

/** What keeps a process busy, and its descriptors. */
function handles() {
  const resources = process.getActiveResourcesInfo().filter(name => name !== 'Immediate');
  return { resources: resources.sort(), descriptors: readdirSync('/proc/self/fd').length };
}
