import { portCookiePrefix } from '../backend/ovs-port-flows.ts';
import type { OpenFlow } from '../observed/openflow.ts';
import { kilobitsToBytes } from '../units.ts';
import { type Claim, inSeries, type Owner } from './claim.ts';
import type { NicState } from './nic-state.ts';

/** Tables of Neutron's agent through which metered packets go. @see neutron agent/common/constants.py */
const agentTables: readonly number[] = [58, 59];

/** Tables in which a flow may lead through a meter: ours stand in the first, Neutron's agent's in its own. */
export const meteringTables: readonly number[] = [0, ...agentTables];

/** What the meters of the port's bridge limit, in B/s or packets/s. */
export function meterClaims(
  state: NicState,
  limited: 'inbound' | 'outbound',
  unit: 'B/s' | 'packets/s',
): readonly Claim[] {
  const { openflow } = state;
  if (openflow === undefined) return [];
  const claims = openflow.flows
    .filter(flow => isFor(flow, state, limited))
    .flatMap((flow): readonly Claim[] => {
      const id = Number(/(?:^|,)meter:(\d{1,10})(?:,|$)/.exec(flow.actions)?.[1] ?? Number.NaN);
      const meter = openflow.meters.find(one => one.id === id);
      const counts = meter?.flags.split(' ').includes('pktps') ? 'packets/s' : 'B/s';
      if (meter === undefined || counts !== unit) return [];
      const value = unit === 'B/s' ? kilobitsToBytes(meter.rate) : meter.rate;
      return [
        { owner: ownerOf(flow), at: `openflow ${openflow.bridge} meter ${id}`, value, standing: 'looser' },
      ];
    });
  // One meter may have a flow for each address family.
  const once = new Map(claims.map(claim => [claim.at, claim]));
  return inSeries([...once.values()]);
}

/** What the machine sends comes in at its port; what it receives is sent to its address. */
function isFor({ match }: OpenFlow, { nic, openflow }: NicState, limited: 'inbound' | 'outbound'): boolean {
  const words = match.split(',');
  return limited === 'outbound'
    ? words.includes(`in_port=${openflow?.ofport}`)
    : words.includes(`dl_dst=${nic.mac}`);
}

function ownerOf({ cookie, table }: OpenFlow): Owner {
  if (cookie.startsWith(portCookiePrefix)) return 'virt-quota';
  return agentTables.includes(table) ? 'neutron' : 'unknown';
}
