import { describe, expect, it } from 'vitest';
import { isWriteCommand } from '../../src/host/write-commands.ts';
import { orphanedRows } from '../../src/observed/ovs-orphans.ts';
import { unknownIn } from '../../src/plan/known-ops.ts';
import { destroyTransaction, planOrphans, restoreTransactions } from '../../src/plan/orphan-plan.ts';
import { database, dev, domain, map, neutrons, noop, ourQos, ourQueue, policed, uuid } from './ovs-rows.ts';

const config = map({ 'min-rate': '16000000', 'max-rate': '32000000' });
const qos = { ...ourQos, other_config: config };
const queue = { ...ourQueue, other_config: config };
const left = { qos: [noop, qos, neutrons], queues: [queue] };
const names = (rows: Parameters<typeof database>[0]) =>
  orphanedRows(database(rows)).map(one => `${one.table} ${one.uuid}`);

describe('rows of ours', () => {
  it('are left when no port has them, of whatever port, and no others', () => {
    expect(names(left)).toEqual([`QoS ${uuid(2)}`, `Queue ${uuid(3)}`]);
    expect(names({ qos: [], queues: [queue] })).toEqual([`Queue ${uuid(3)}`]);
    expect(orphanedRows(database(left))[0]).toMatchObject({ dev, domain });
  });

  it('are not left while the port has them, or still says that it is ours', () => {
    expect(names({ ...left, qosOfPort: uuid(2) })).toEqual([]);
    expect(names({ ...left, iface: policed })).toEqual([]);
  });

  it('of a policy of the port alone are left when the port no longer knows of it', () => {
    const external_ids = map({ 'virt-quota-port-qos': dev });
    const rows = { qos: [{ ...qos, external_ids }], queues: [{ ...queue, external_ids }] };
    expect(names(rows)).toEqual([`QoS ${uuid(2)}`, `Queue ${uuid(3)}`]);
    const known = { external_ids: map({ 'virt-quota-port-qos': 'rate=0,burst=0' }) };
    expect(names({ ...rows, iface: known })).toEqual([]);
  });
});

describe('taking them away', () => {
  const { plan } = planOrphans(database(left));
  expect(unknownIn(plan)).toBeUndefined();

  it('is one transaction, and nothing where there are none', () => {
    expect(plan.changes).toEqual([
      { knob: `ovs ${dev} orphaned rows`, before: { qos: 1, queues: 1 }, because: [] },
    ]);
    const argv = destroyTransaction(database(left), [uuid(2), uuid(3)]);
    expect(argv?.join(' ')).toBe(
      `ovs-vsctl --timeout=10 -- --if-exists destroy QoS ${uuid(2)} -- --if-exists destroy Queue ${uuid(3)}`,
    );
    expect(isWriteCommand(argv ?? [])).toBe(true);
    expect(planOrphans(database({ ...left, qosOfPort: uuid(2) })).plan.steps).toEqual([]);
  });

  it('spares a row that a port has come to have since', () => {
    const state = database({ ...left, qosOfPort: uuid(2) });
    expect(destroyTransaction(state, [uuid(2), uuid(3)])).toBeUndefined();
  });

  it('is undone by rows that say the same, once and only where they are gone', () => {
    const [undo] = plan.steps[0]?.undo ?? [];
    if (undo?.kind !== 'restore') throw new Error('there is no undo');
    const empty = database({});
    const made = restoreTransactions(empty, undo.rows);
    const settings = 'other_config:min-rate=16000000 other_config:max-rate=32000000';
    const marks = `external_ids:virt-quota="${domain}" external_ids:virt-quota-port="${dev}"`;
    expect(made.map(argv => argv.join(' '))).toEqual([
      `ovs-vsctl --timeout=10 -- --id=@qos create QoS type=linux-htb queues:0=@queue ${settings} ${marks} external_ids:virt-quota-instead-of="${uuid(1)}" -- --id=@queue create Queue ${settings} ${marks}`,
    ]);
    expect(made.every(argv => isWriteCommand(argv))).toBe(true);
    expect(restoreTransactions(database(left), undo.rows)).toEqual([]);
    const again = {
      qos: [{ ...qos, _uuid: ['uuid', uuid(5)], queues: ['map', [[0, ['uuid', uuid(6)]]]] }],
      queues: [{ ...queue, _uuid: ['uuid', uuid(6)] }],
    };
    expect(restoreTransactions(database(again), undo.rows)).toEqual([]);
  });
});
