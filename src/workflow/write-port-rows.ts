import { QuotaError } from '../errors.ts';
import { readOvs } from '../host/ovs.ts';
import { type OvsState, ovsRow } from '../observed/ovs.ts';
import { findOvsPort } from '../observed/ovs-port.ts';
import { foundRow } from '../observed/ovs-uplink.ts';
import { goneFrom, whyNotGuaranteed } from '../plan/guarantee-rows.ts';
import { type PortRows, portRowsNow, portTransaction, withoutForce } from '../plan/port-rows.ts';
import { HostReadError } from '../ports/host.ts';
import type { Lock } from '../ports/state.ts';
import { hostStateName } from './journal.ts';
import { runWrite } from './run-write.ts';
import type { HostSurroundings } from './surroundings.ts';

type Writing = Pick<HostSurroundings, 'host' | 'hostWriter' | 'state' | 'wait'>;

/**
 * Makes the database hold this for a port: one transaction, and a second one before it where a row of ours makes way for
 * `linux-noop`, which would leave standing in the kernel what it finds.
 *
 * @throws QuotaError `refused`, `locked` when somebody else is at the same uplink for too long
 * @see openvswitch lib/netdev-linux.c:noop_tc_install
 */
export async function writePortRows(surroundings: Writing, rows: PortRows): Promise<void> {
  const { host } = surroundings;
  const now = portRowsNow(await readOvs(host), rows.dev);
  const uplinks = [now, rows].flatMap(({ guarantees = [] }) => guarantees.map(one => one.uplink));
  const locks = await lockUplinks(surroundings, [...new Set(uplinks)].sort());
  try {
    await write(surroundings, rows);
  } finally {
    for (const lock of locks) await lock.release();
  }
}

async function write({ host, hostWriter }: Writing, rows: PortRows): Promise<void> {
  const { dev, guarantees = [] } = rows;
  const label = `Open vSwitch port '${dev}'`;
  const state = await readOvs(host);
  const isWanted = rows.qos !== 'none' || Object.keys(rows.marks).length > 0;
  if (isWanted && findOvsPort(state, { dev }) === undefined) throw new HostReadError(`${label} is gone`);
  const why = whyNotGuaranteed(state, dev, guarantees);
  if (why !== undefined) throw new QuotaError('refused', dev, `${label}: ${why}`);
  const transact = async (wanted: PortRows, found: OvsState) => {
    const argv = portTransaction(found, wanted);
    if (argv !== undefined) await runWrite(hostWriter, label, { argv });
  };
  const first = madeWay(state, rows);
  if (first !== undefined) await transact(first, state);
  await transact(rows, first === undefined ? state : await readOvs(host));
}

/** What is there now with those rows out of force in whose place others come; undefined: there are none. */
function madeWay(state: OvsState, rows: PortRows): PortRows | undefined {
  const now = portRowsNow(state, rows.dev);
  const isOurs = now.qos !== 'none' && 'make' in now.qos;
  const qos = isOurs && rows.qos !== 'none' && 'row' in rows.qos;
  const uplinks = goneFrom(state, rows.dev, rows.guarantees ?? []).some(
    gone =>
      gone.isLast &&
      foundRow(state, gone.qos) !== undefined &&
      ovsRow(state.ports, 'name', gone.uplink) !== undefined,
  );
  return qos || uplinks ? withoutForce(now, { qos, uplinks }) : undefined;
}

/** How often somebody else's transaction on an uplink is waited for, and how long each time, in ms. */
const tries = 20;
const pause = 250;

/** Ports share their uplink's row: what is read of it has to be so still when it is written. */
async function lockUplinks(surroundings: Writing, uplinks: readonly string[]): Promise<readonly Lock[]> {
  const locks: Lock[] = [];
  try {
    for (const uplink of uplinks) locks.push(...(await lockUplink(surroundings, uplink)));
    return locks;
  } catch (error) {
    for (const lock of locks) await lock.release();
    throw error;
  }
}

async function lockUplink({ state, wait }: Writing, uplink: string): Promise<readonly Lock[]> {
  if (state === undefined) return [];
  for (let left = tries; ; left -= 1) {
    try {
      return [await state.lock(hostStateName('uplink', uplink))];
    } catch (error) {
      if (!(error instanceof QuotaError && error.code === 'locked') || left === 0) throw error;
    }
    await wait(pause);
  }
}
