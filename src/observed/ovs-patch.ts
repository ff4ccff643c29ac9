import { type OvsBridgesState, type OvsRow, ovsMap } from './ovs.ts';
import { findOvsPort } from './ovs-port.ts';

/** Whether packets can come from one bridge to another: it is the same, or patch ports lead there. */
export function isConnected(state: OvsBridgesState, from: string, to: string): boolean {
  const reached = new Set([from]);
  // A set may grow while it is gone through: what is added is met too.
  for (const bridge of reached) for (const next of neighbours(state, bridge)) reached.add(next);
  return reached.has(to);
}

function neighbours(state: OvsBridgesState, bridge: string): readonly string[] {
  return state.interfaces.flatMap(row => {
    const peer = peerOf(row);
    if (peer === undefined || findOvsPort(state, { dev: String(row.name) })?.bridge !== bridge) return [];
    const end = state.interfaces.find(one => one.name === peer);
    // Packets pass only where each end names the other.
    if (end === undefined || peerOf(end) !== row.name) return [];
    return findOvsPort(state, { dev: peer })?.bridge ?? [];
  });
}

function peerOf({ type, options }: OvsRow): string | undefined {
  const peer = type === 'patch' ? ovsMap(options).get('peer') : undefined;
  return typeof peer === 'string' ? peer : undefined;
}
