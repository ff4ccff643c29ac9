import { describe, expect, it } from 'vitest';
import { QuotaError } from '../../src/errors.ts';
import type { OvsBridgesState, OvsRow } from '../../src/observed/ovs.ts';
import { guaranteesOf } from '../../src/observed/ovs-uplink.ts';
import { portRowsNow } from '../../src/plan/port-rows.ts';
import type { CommandResult, HostReader } from '../../src/ports/host.ts';
import type { StateFolder } from '../../src/ports/state.ts';
import { type Knob, knobName } from '../../src/verify/expectation.ts';
import { observeUplinks } from '../../src/workflow/observe-uplink.ts';
import { writePortRows } from '../../src/workflow/write-port-rows.ts';
import { databaseOf, qosRow, queueRow, uuid } from '../plan/guaranteed.ts';

const nothing = async () => undefined;
const said = (stdout: string): CommandResult => ({ exitCode: 0, stdout, stderr: '' });

/** A host whose Open vSwitch answers as its database is at that moment. */
function hostOf(database: () => OvsBridgesState, classes = '[]'): HostReader {
  const table = (rows: readonly OvsRow[]) => {
    const headings = Object.keys(rows[0] ?? {});
    const data = rows.map(row => headings.map(heading => row[heading]));
    return rows.length === 0 ? '' : JSON.stringify({ headings, data });
  };
  const run: HostReader['run'] = async ([program]) => {
    const { interfaces, ports, qos, queues, bridges } = database();
    const tables = [interfaces, ports, qos, queues, bridges];
    return said(program === 'tc' ? classes : tables.map(table).join('\n'));
  };
  return { run, readFile: nothing, listFolder: nothing };
}

const ours = { 'virt-quota-uplink': 'up0', 'virt-quota-uplink-found': uuid(7) };
const noop = qosRow({ id: 7, type: 'linux-noop' });
const queue = queueRow(8, 'tap0', 2_000_000);
const last = databaseOf(
  [{ name: 'tap0' }, { name: 'up0', qos: 6 }],
  [qosRow({ id: 6, queues: { 1: 8 }, marks: ours }), noop],
  [queue],
);

/** The lock of an uplink, which somebody else has for so many attempts. */
function lockedFor(attempts: number) {
  const seen: string[] = [];
  let left = attempts;
  const lock: StateFolder['lock'] = async name => {
    if (left > 0) {
      left -= 1;
      throw new QuotaError('locked', name, 'process 7 is at work on it');
    }
    seen.push(`locked ${name.replace(/-[0-9a-f]{16}$/, '')}`);
    return { release: async () => void seen.push('released') };
  };
  return { lock, seen };
}

/** Writes what a port shall have, and says what was done in which order. */
async function writing(databases: readonly OvsBridgesState[], taken = 0): Promise<readonly string[]> {
  const { lock, seen } = lockedFor(taken);
  let written = 0;
  const state = { lock } as StateFolder;
  const surroundings = {
    host: hostOf(() => databases[written] ?? last),
    hostWriter: {
      run: async (argv: readonly string[]) => {
        written += 1;
        seen.push(argv.slice(3).join(' '));
        return said('');
      },
    },
    state,
    wait: async () => void seen.push('waited'),
  };
  const { guarantees: _, ...nothingMore } = portRowsNow(last, 'tap0');
  await writePortRows(surroundings, nothingMore);
  return seen;
}

const detached = databaseOf([{ name: 'tap0' }, { name: 'up0' }], last.qos, [queue]);

describe('a row that makes way for linux-noop', () => {
  it('is out of force first, as that would leave its classes; all with the lock of the uplink', async () => {
    expect(await writing([last, detached])).toEqual([
      'locked host-uplink',
      'clear Port up0 qos',
      `set Port up0 qos=${uuid(7)} -- --if-exists destroy QoS ${uuid(6)} -- --if-exists destroy Queue ${uuid(8)}`,
      'released',
    ]);
  });

  it('waits for somebody else who writes to the uplink, and not for ever', async () => {
    expect((await writing([last, detached], 2)).slice(0, 3)).toEqual([
      'waited',
      'waited',
      'locked host-uplink',
    ]);
    await expect(writing([last, detached], 30)).rejects.toThrow('process 7 is at work on it');
  });
});

describe('a queue', () => {
  it('is not made where the uplink was given to somebody else since the plan', async () => {
    const guarantees = guaranteesOf(last, 'tap0');
    const foreign = databaseOf([{ name: 'tap0' }, { name: 'up0', qos: 6 }], [qosRow({ id: 6 })]);
    const writer = { run: async () => expect.fail('nothing is written') };
    const surroundings = { host: hostOf(() => foreign), hostWriter: writer, wait: async () => {} };
    const rows = { ...portRowsNow(foreign, 'tap0'), guarantees };
    await expect(writePortRows(surroundings, rows)).rejects.toThrow(
      `Open vSwitch port 'tap0': 'up0' has the QoS row of somebody else: QoS row ${uuid(6)} of type linux-htb`,
    );
  });

  it('is read with its class, and those of other ports only where they are asked for', async () => {
    const classes = JSON.stringify([
      { class: 'htb', handle: '1:fffe', root: true, rate: 125_000, ceil: 125_000, burst: 1500 },
      { class: 'htb', handle: '1:2', parent: '1:fffe', rate: 87_500, ceil: 125_000, burst: 1564 },
      { class: 'htb', handle: '1:9', parent: '1:fffe', rate: 1, ceil: 1, burst: 1 },
    ]);
    const asked = (layer: Knob['layer'], ...knobs: readonly string[]) =>
      knobs.map(knob => ({ layer, subject: 'up0', knob }));
    const knobs = [
      ...asked('ovs', 'qos', 'qos other_config:max-rate', 'qos external_ids:virt-quota-uplink'),
      ...asked('ovs', 'qos queues:1', 'queue 1 other_config:min-rate'),
      ...asked('ovs', 'queue 1 external_ids:virt-quota-guarantee', 'qos queues:3'),
      ...asked('tc', 'class htb 1:fffe', 'class htb 1:2 parent 1:fffe'),
    ];
    const readings = await observeUplinks(
      hostOf(() => last, classes),
      { found: last },
      knobs,
    );
    expect(readings.map(one => [knobName(one), one.values])).toEqual([
      ['ovs up0 qos', { type: 'linux-htb' }],
      ['ovs up0 qos external_ids:virt-quota-uplink', { value: 'up0' }],
      ['ovs up0 qos other_config:max-rate', { value: 34_359_738_367 }],
      ['ovs up0 qos queues:1', { value: 'attached' }],
      ['ovs up0 queue 1 other_config:min-rate', { value: 2_000_000 }],
      ['ovs up0 queue 1 external_ids:virt-quota-guarantee', { value: 'tap0' }],
      ['tc up0 class htb 1:fffe', { rateBps: 125_000, ceilBps: 125_000, burstBytes: 1500 }],
      ['tc up0 class htb 1:2 parent 1:fffe', { rateBps: 87_500, ceilBps: 125_000, burstBytes: 1564 }],
    ]);
  });

  it('cannot be told of where neither the database nor tc answers', async () => {
    const fails: HostReader['run'] = async () => ({ exitCode: 1, stdout: '', stderr: 'no such device' });
    const host = { run: fails, readFile: nothing, listFolder: nothing };
    const knobs: readonly Knob[] = [
      { layer: 'ovs', subject: 'up0', knob: 'qos' },
      { layer: 'tc', subject: 'up0', knob: 'class htb 1:fffe' },
    ];
    const readings = await observeUplinks(host, { why: 'it does not run' }, knobs);
    expect(readings.map(one => one.unreadable)).toEqual([
      'it does not run',
      "'tc -j class show dev up0' failed: no such device",
    ]);
  });
});
