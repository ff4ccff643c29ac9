import { type MeterUse, meterUse, portCookie } from '../backend/ovs-port-flows.ts';
import type { OvsPortTarget } from '../backend/ovs-port-target.ts';
import { type PortState, recordOf } from './port-state.ts';

/** Numbers for a target's meters: those that are ours already, else the first that nobody has on the bridge. */
export function freeMeters(state: PortState, target: OvsPortTarget): ReadonlyMap<MeterUse, number> {
  const own = ownMeters(state);
  const taken = new Set([...state.meters.map(meter => meter.id), ...own.values()]);
  const ids = new Map<MeterUse, number>();
  for (const meter of target.meters) {
    const use = meterUse(meter);
    const id = own.get(use) ?? firstFree(taken);
    taken.add(id);
    ids.set(use, id);
  }
  return ids;
}

/**
 * Numbers of the port's meters: by what they are for as far as that is recorded, and those that only its flows tell of. A
 * meter that flows of others use is theirs: Open vSwitch forgets meters when it is restarted, and somebody else may have
 * been given the number since.
 */
export function ownMeters(state: PortState): ReadonlyMap<string, number> {
  const cookie = portCookie(state.port.dev);
  const own = state.flows.filter(flow => flow.cookie === cookie);
  const used = own.flatMap(({ actions }) =>
    [...actions.matchAll(/(?:^|,)meter:(\d+)/g)].map(([, id]) => Number(id)),
  );
  const usedByUs = (id: number) => used.filter(one => one === id).length;
  const recorded = [...(recordOf(state)?.meters ?? [])];
  const told = used
    .filter(id => !recorded.some(([, one]) => one === id))
    .map(id => [`meter ${id}`, id] as const);
  return new Map([...recorded, ...told].filter(([, id]) => (state.meterUsers.get(id) ?? 0) <= usedByUs(id)));
}

function firstFree(taken: ReadonlySet<number>): number {
  let id = 1;
  while (taken.has(id)) id += 1;
  return id;
}
