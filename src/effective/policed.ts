import { decides, drops, isOpenVswitchs, MIDONET_PREF, NEUTRON_PREF } from '../observed/policers.ts';
import { ingressEnds, meeting, policedTogether } from '../observed/tc-path/police-path.ts';
import { nameOf } from '../observed/tc-path/rule.ts';
import { sentRate } from '../observed/tc-path/sent-rate.ts';
import { policersOf, type TcPolicer } from '../observed/tc-policer.ts';
import { kilobytesToBytes, policingRateToBytes } from '../units.ts';
import type { TapLimits } from '../verify/host-facts.ts';
import { policerPath } from '../verify/tap-path.ts';
import { type Claim, inSeries, type Owner, unseenClaim } from './claim.ts';
import { type NicState, policingOf } from './nic-state.ts';

/** What limits the direction that comes into the device: its policers, in order, and what is only written down. */
export function policedClaims(state: NicState): readonly Claim[] {
  const { tc, nic, shaped } = state;
  const average = nic.bandwidth[shaped === 'inbound' ? 'outbound.average' : 'inbound.average'];
  const defined = average === undefined ? undefined : kilobytesToBytes(average);
  const policers = policersOf(tc?.ingress ?? []).filter(isLimit);
  const met = tc === undefined ? [] : policers.flatMap(policer => claimsOf(policer, tc, state, defined));
  const others =
    tc === undefined
      ? []
      : [...together(state.dev, tc), ...nothing(state.dev, tc), ...elsewhere(tc), ...unreadOf(state.dev, tc)];
  const written = writtenDown(state, defined, policers, met);
  return [...inSeries(met, others), ...written];
}

/** A policer, and why it may let less through than it says. */
function claimsOf(
  policer: TcPolicer,
  tap: TapLimits,
  state: NicState,
  defined: number | undefined,
): readonly Claim[] {
  const { filter, pref, rateBps, rule } = policer;
  const at = `tc ${state.dev} police pref ${pref} ${filter}${rule.chain === 0 ? '' : ` chain ${rule.chain}`}`;
  const claim = {
    owner: ownerOf(policer, state, defined),
    at,
    ...(rateBps !== undefined && { value: rateBps }),
  };
  const found = policerPath(tap, policer);
  const ends = ingressEnds(tap.ingress);
  const met = found?.how === 'unknown' ? 'all' : meeting(ends, rule);
  if (found?.rateBps !== 0 && met === 'none') {
    return [{ ...claim, standing: 'shadowed', why: found?.why ?? decidedBy(ends) }];
  }
  if (found?.how !== 'unknown' && met === 'some') {
    return [{ ...claim, standing: 'partial', why: 'it sees only some of the packets' }];
  }
  if (found === undefined) return [{ ...claim, standing: 'looser' }];
  const { how, why, isMet, rateBps: through } = found;
  if (how === 'unknown') return [{ ...claim, standing: 'unseen', why }];
  if (how === 'past') return [{ ...claim, standing: isMet ? 'partial' : 'shadowed', why }];
  // What drops everything speaks for itself.
  if (through === 0) return [{ ...claim, standing: 'shadowed', why }];
  // Another policer speaks for itself.
  const own: Claim = { ...claim, standing: 'looser' };
  return found.filter === undefined ? [own, unseenClaim({ at, why })] : [own];
}

function decidedBy(ends: TapEnds): string {
  const rule = ends.find(one => one.fate !== 'dropped' && one.rule !== undefined)?.rule;
  return rule === undefined
    ? 'no packet comes to it'
    : `the ${nameOf(rule)} decides for every packet before it`;
}

type TapEnds = ReturnType<typeof ingressEnds>;

/** Where packets are parted among policers, their sum counts. */
function together(dev: string, tap: TapLimits): readonly Claim[] {
  const value = policedTogether(ingressEnds(tap.ingress));
  if (value === undefined) return [];
  const why = 'each packet meets one of them';
  return [{ owner: 'unknown', at: `tc ${dev} policers together`, value, standing: 'looser', why }];
}

/** Filters that let nothing in are a limit, whatever else there is. */
function nothing(dev: string, tap: TapLimits): readonly Claim[] {
  const ends = ingressEnds(tap.ingress);
  if (!ends.every(({ fate, packets }) => fate === 'dropped' && packets.doubt === undefined)) return [];
  const rule = ends.find(one => one.rule !== undefined)?.rule;
  const why = rule === undefined ? 'filters drop every packet' : `the ${nameOf(rule)} drops every packet`;
  return [{ owner: 'unknown', at: `tc ${dev} filter`, value: 0, standing: 'looser', why }];
}

/** Packets that are sent to another device are limited by what is there. */
function elsewhere(tap: TapLimits): readonly Claim[] {
  const ends = ingressEnds(tap.ingress);
  const devices = new Set(ends.flatMap(one => (one.fate === 'left' ? [deviceOf(one.rule)] : [])));
  const isAll = ends.every(one => one.fate === 'left' || one.fate === 'dropped') && devices.size === 1;
  return [...devices].flatMap((device): readonly Claim[] => {
    const tree = tap.redirected?.get(device);
    const at = `tc ${device}`;
    if (tree === undefined)
      return [unseenClaim({ at, why: `packets are sent to ${device}, which could not be looked at` })];
    const rate = sentRate(tree);
    if (rate.is === 'unknown') return [unseenClaim({ at: `${at} ${rate.at}`, why: rate.why })];
    if (rate.is === 'everything')
      return [
        unseenClaim({ at, why: `what becomes of the packets that are sent to ${device} is not known` }),
      ];
    return rate.parts.map(part => ({
      owner: 'unknown',
      at: `${at} ${part.at}`,
      value: part.bps,
      ...(isAll && rate.is === 'rate'
        ? { standing: 'looser' }
        : { standing: 'partial', why: `only some packets are sent to ${device}` }),
    }));
  });
}

function deviceOf(rule: TapLimits['ingress'][number] | undefined): string {
  const action = rule?.actions.find(one => one.kind === 'plain' && one.device !== undefined);
  return action?.kind === 'plain' ? (action.device ?? '') : '';
}

/** Filters that are not understood may drop what they like, and clsact is not seen without the list of qdiscs. */
function unreadOf(dev: string, tap: TapLimits): readonly Claim[] {
  if (tap.qdiscs === undefined)
    return [unseenClaim({ at: `tc ${dev} qdisc`, why: 'the queueing disciplines were not read' })];
  const lost = ingressEnds(tap.ingress).find(one => one.fate === 'unknown');
  const why = lost?.packets.doubt?.why ?? 'what it does is not known';
  if (lost === undefined) return [];
  return [unseenClaim({ at: `tc ${dev} filter pref ${lost.rule?.pref ?? 0} ${lost.rule?.kind ?? ''}`, why })];
}

/** What only Open vSwitch's columns or libvirt's definition say. */
function writtenDown(
  state: NicState,
  defined: number | undefined,
  policers: readonly TcPolicer[],
  met: readonly Claim[],
): readonly Claim[] {
  const isUnseen = state.tc === undefined;
  const standing = isUnseen ? 'unseen' : 'not-in-force';
  const why = isUnseen ? 'tc could not be seen' : 'there is no such policer';
  const columns = policingOf(state);
  const written: Claim[] = [];
  if (columns !== undefined && !policers.some(isOfPort)) {
    const value = policingRateToBytes(columns.kbit);
    written.push({
      owner: columns.owner,
      at: `ovs ${state.dev} ingress_policing_rate`,
      value,
      standing,
      why,
    });
  }
  const isWritten = columns?.owner === 'libvirt' || columns?.owner === 'virt-quota';
  if (defined !== undefined && !isWritten && !met.some(one => one.owner === 'libvirt'))
    written.push({ owner: 'libvirt', at: 'definition', value: defined, standing, why });
  return written;
}

/** One that lets everything pass limits nothing. */
function isLimit(policer: TcPolicer): boolean {
  return policer.rateBps !== undefined && policer.rateBps > 0 && drops(policer);
}

/** Open vSwitch's lets go on what it does not drop; MidoNet's is of the same kind and does not. */
function isOfPort(policer: TcPolicer): boolean {
  return isOpenVswitchs(policer) && !decides(policer);
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
