import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect, LibvirtError } from '../../src/libvirt/index.ts';
import { type FakeServer, startFakeServer, startMisbehavingServer } from './fake-server.ts';
import { type Scenario, scenarios } from './hostile-scenarios.ts';

let polite: FakeServer;
let rude: FakeServer;
const unhandled: unknown[] = [];
const note = (error: unknown) => unhandled.push(error);

beforeAll(async () => {
  polite = await startFakeServer();
  rude = await startMisbehavingServer();
});
beforeEach(() => {
  unhandled.length = 0;
  process.on('unhandledRejection', note);
});
afterEach(() => {
  process.off('unhandledRejection', note);
});
afterAll(async () => {
  await polite.stop();
  await rude.stop();
});

/** What came of connecting and one call. */
async function outcomeOf({ behave, login, kind, call = c => c.hostname() }: Scenario): Promise<unknown> {
  const server = login ? rude : polite;
  server.behave(behave);
  // Whatever is to be answered in time is, however slow the machine.
  const isLate = kind === 'timeout';
  const options = {
    connectTimeoutMs: isLate && login ? 400 : 15_000,
    callTimeoutMs: isLate ? 250 : 15_000,
  };
  try {
    const connection = await connect(server.uri, options);
    try {
      return await call(connection);
    } finally {
      connection.abort();
    }
  } catch (error) {
    return error;
  }
}

describe('a hostile server', () => {
  it('has more ways than 45', () => {
    expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
    expect(scenarios.length).toBeGreaterThan(45);
  });

  it.each(scenarios)('$name', { timeout: 30_000 }, async scenario => {
    const outcome = await outcomeOf(scenario);
    if (scenario.kind === undefined) expect(outcome).toEqual(expect.stringMatching(scenario.says));
    else {
      expect(outcome).toBeInstanceOf(LibvirtError);
      expect(outcome).toMatchObject({ kind: scenario.kind, message: expect.stringMatching(scenario.says) });
    }
    const open = () => [polite, rude].flatMap(({ sockets }) => [...sockets].filter(one => !one.destroyed));
    for (let turn = 0; turn < 400 && open().length > 0; turn += 1) await sleep(5);
    expect(open()).toEqual([]);
    expect(unhandled).toEqual([]);
  });
});
