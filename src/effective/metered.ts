import { portCookiePrefix } from '../backend/ovs-port-flows.ts';
import type { OpenFlow } from '../observed/openflow.ts';
import { ovsRow } from '../observed/ovs.ts';
import { policersOf } from '../observed/tc-policer.ts';
import { kilobitsToBytes, kilopacketsToPackets } from '../units.ts';
import { type Claim, inSeries, type Owner } from './claim.ts';
import type { NicState } from './nic-state.ts';

/** Tables of Neutron's agent through which metered packets go. @see neutron agent/common/constants.py */
const agentTables: readonly number[] = [58, 59];

/** Tables in which a flow may lead through a meter: ours stand in the first, Neutron's agent's in its own. */
export const meteringTables: readonly number[] = [0, ...agentTables];

/** What the meters of the port's bridge limit, in B/s or packets/s, and packets that Open vSwitch polices. */
export function meterClaims(
  state: NicState,
  limited: 'inbound' | 'outbound',
  unit: 'B/s' | 'packets/s',
): readonly Claim[] {
  const policed = limited === 'outbound' && unit === 'packets/s' ? policedPackets(state) : [];
  return inSeries(policed, metered(state, limited, unit));
}

/** @see openvswitch lib/netdev-linux.c:tc_add_matchall_policer: packets or bytes; told both, Linux takes neither */
function policedPackets({ ovs, dev, tc }: NicState): readonly Claim[] {
  const row = ovs && ovsRow(ovs.interfaces, 'name', dev);
  const kpkts = row?.ingress_policing_kpkts_rate;
  if (row === undefined || typeof kpkts !== 'number' || kpkts <= 0) return [];
  const claim = {
    owner: 'unknown',
    at: `ovs ${dev} ingress_policing_kpkts_rate`,
    value: kilopacketsToPackets(kpkts),
  } as const;
  if (tc === undefined) return [{ ...claim, standing: 'unseen', why: 'tc could not be seen' }];
  const isIn = policersOf(tc.ingress).some(({ text }) => / pkts_rate [1-9]/.test(text));
  return [isIn ? { ...claim, standing: 'looser' } : { ...claim, standing: 'not-in-force', why: NO_POLICER }];
}

const NO_POLICER = 'there is no such policer';

function metered(
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
  return [...once.values()];
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
