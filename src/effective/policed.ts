import { decides, drops, isOpenVswitchs, NEUTRON_PREF, seesAll } from '../observed/policers.ts';
import type { TcPasser, TcPolicer } from '../observed/tc-filter.ts';
import { kilobytesToBytes, policingRateToBytes } from '../units.ts';
import { type Claim, inOrder, type Met, type Owner } from './claim.ts';
import { type NicState, policingOf } from './nic-state.ts';

/** Priority at which MidoNet's agent puts its filter. */
const MIDONET_PREF = 5;

/** What limits the direction that comes into the device: its policers, in order, and what is only written down. */
export function policedClaims(state: NicState): readonly Claim[] {
  const { tc, nic, shaped, dev } = state;
  const average = nic.bandwidth[shaped === 'inbound' ? 'outbound.average' : 'inbound.average'];
  const defined = average === undefined ? undefined : kilobytesToBytes(average);
  const columns = policingOf(state);
  const written: Claim[] = [];
  const write = (owner: Owner, at: string, value: number, isIn: boolean) => {
    if (isIn) return;
    const standing = tc === undefined ? 'unseen' : 'not-in-force';
    const why = tc === undefined ? 'tc could not be seen' : 'there is no such policer';
    written.push({ owner, at, value, standing, why });
  };
  const policers = (tc?.policers ?? []).filter(isLimit);
  const met = policers.map(policer => metOf(policer, state, defined));
  const has = (owner: Owner) => met.some(one => one.owner === owner);
  if (columns !== undefined) {
    const value = policingRateToBytes(columns.kbit);
    write(columns.owner, `ovs ${dev} ingress_policing_rate`, value, policers.some(isOfPort));
  }
  const isWritten = columns?.owner === 'libvirt' || columns?.owner === 'virt-quota';
  if (defined !== undefined && !isWritten) write('libvirt', 'definition', defined, has('libvirt'));
  const passed = policers.findIndex(one => one.passedBefore !== undefined);
  if (passed < 0) return [...inOrder(met), ...written];
  const shadowed = met.slice(passed).map((one, at) => neverAsked(one, policers[passed + at]?.passedBefore));
  return [...inOrder(met.slice(0, passed)), ...shadowed, ...written];
}

function neverAsked({ owner, at, value }: Met, passer: TcPasser | undefined): Claim {
  const why = `the ${passer?.filter} filter at pref ${passer?.pref} leaves no packet to it`;
  return { owner, at, ...(value !== undefined && { value }), standing: 'shadowed', why };
}

/** One that lets everything pass limits nothing. */
function isLimit(policer: TcPolicer): boolean {
  return policer.rateBps !== undefined && drops(policer);
}

/** Open vSwitch's lets go on what it does not drop; MidoNet's is of the same kind and does not. */
function isOfPort(policer: TcPolicer): boolean {
  return isOpenVswitchs(policer) && !decides(policer);
}

function metOf(policer: TcPolicer, state: NicState, defined: number | undefined): Met {
  const { filter, pref, rateBps } = policer;
  return {
    owner: ownerOf(policer, state, defined),
    at: `tc ${state.dev} police pref ${pref} ${filter}`,
    ...(rateBps !== undefined && { value: rateBps }),
    sees: seesAll(policer) ? 'everything' : 'some',
    decides: decides(policer),
  };
}

function ownerOf(policer: TcPolicer, state: NicState, defined: number | undefined): Owner {
  const { filter, pref, rateBps } = policer;
  if (isOfPort(policer)) return policingOf(state)?.owner ?? 'unknown';
  if (filter === 'basic' && pref === MIDONET_PREF) return 'midonet';
  if (pref === NEUTRON_PREF) return 'neutron';
  return filter === 'u32' && defined !== undefined && isNear(rateBps, defined) ? 'libvirt' : 'unknown';
}

/** tc before 6.15 prints rates rounded. */
function isNear(one: number | undefined, other: number): boolean {
  return one !== undefined && Math.abs(one - other) <= Math.max(125, other / 1000);
}
