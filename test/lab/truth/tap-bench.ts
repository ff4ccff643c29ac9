import type { Layer } from '../../../src/verify/expectation.ts';
import type { Domain } from '../domains.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { measuredOf } from './packet-oracle.ts';
import type { Judged, State } from './state.ts';
import { stopwatch } from './stopwatch.ts';
import type { TapLimits } from './tc-states.ts';
import { type About, type Asker, saidOf, type Told, toldOf } from './told.ts';
import { toldNumber } from './told-number.ts';
import { type Passage, sorts, type Traffic } from './traffic.ts';

/** One large frame in half the time, B/s. */
const slack = 5000;
/** Limits of packets are other numbers of `effective`. */
const countsPackets = ({ script }: State) => script.some(line => /pkts_rate/.test(line));

const enforcers: readonly Layer[] = ['tc', 'ovs', 'openflow'];

/** A tap, and what it is asked to hold. */
export interface Tap {
  readonly dev: string;
  readonly mac: string;
  readonly limits: TapLimits;
}

/** What judging taps needs. */
export interface TapPlace {
  readonly hypervisor: Hypervisor;
  readonly asker: Asker;
  readonly domain: Domain;
  readonly traffic: Traffic;
  readonly taps: readonly Tap[];
  /**
   * Puts the places of some states as they are meant to be: what does not reach its limit then shows that the machine is
   * too slow to. Absent: that is not looked at.
   */
  readonly asMeant?: (states: readonly State[]) => Promise<void>;
  /** The device beside the tap of a place. */
  readonly partnerOf: (slot: number) => string;
}

/** What is said of taps in states that are made, and what arrives through them. */
export async function judgeTaps(
  place: TapPlace,
  states: readonly State[],
  isThorough = false,
): Promise<readonly Judged[]> {
  const watch = stopwatch();
  const told = await toldOf(place.asker, place.domain.name);
  watch('asked');
  const devs = states.flatMap(({ slot, hasPartner }) => [
    place.taps[slot]?.dev ?? '',
    ...(hasPartner ? [place.partnerOf(slot)] : []),
  ]);
  const passages = await place.traffic.through(devs, { times: isThorough ? 3 : 1 });
  // What leads one sort of frames past a limit shows when there is enough of it.
  const alone: Passage[] = [];
  for (const only of isThorough ? sorts : []) alone.push(...(await place.traffic.through(devs, { only })));
  watch('measured');
  const slow = isThorough ? await slowIn(place, states, devs) : [];
  return states.flatMap(state => {
    const beside = state.hasPartner ? passages.filter(one => one.dev === place.partnerOf(state.slot)) : [];
    return passages
      .filter(one => one.dev === place.taps[state.slot]?.dev)
      .map(passage => {
        const own = alone.filter(other => other.dev === passage.dev && other.direction === passage.direction);
        const isSlow = slow.some(
          ({ dev, direction }) => dev === passage.dev && direction === passage.direction,
        );
        const found = judged(state, place.taps[state.slot] as Tap, [passage, ...own], told);
        const one = isSlow && found.reality === 'stricter' ? unmeasured(found) : found;
        const other = beside.find(({ direction }) => direction === passage.direction);
        return other ? { ...one, measured: `${one.measured}; beside it ${passedOf(other)} B` } : one;
      });
  });
}

/** Neither verdict nor number can be compared with anything. */
function unmeasured({ effective: _, ...judged }: Judged): Judged {
  return { ...judged, reality: 'unmeasured' };
}

/** What does not reach its limit where nothing keeps it from that. */
async function slowIn(
  { asMeant, traffic, taps }: TapPlace,
  states: readonly State[],
  devs: readonly string[],
): Promise<readonly Passage[]> {
  if (asMeant === undefined) return [];
  await asMeant(states);
  const passages = await traffic.through(devs, { times: 3 });
  return passages.filter(passage => {
    const limits = taps.find(({ dev }) => dev === passage.dev)?.limits[passage.direction];
    if (limits === undefined) return false;
    return measuredOf(passage, { rate: limits.rate * 125, burst: limits.burst * 1024 }).reality !== 'held';
  });
}

/** @param passages of all sorts of frames together, and of single ones by themselves */
function judged(
  state: State,
  { dev, limits, mac }: Tap,
  [passage, ...alone]: readonly [Passage, ...Passage[]],
  told: Told,
): Judged {
  const { direction } = passage;
  const { rate, burst } = limits[direction];
  const allowed = { rate: rate * 125, burst: burst * 1024 };
  const together = measuredOf(passage, allowed);
  const past = alone
    .map(one => ({ sort: one.flows[0]?.sort, ...measuredOf(one, allowed) }))
    .find(({ reality, isMore }) => reality === 'past' && isMore);
  const measured =
    past === undefined || together.reality === 'past'
      ? together
      : { ...together, reality: past.reality, text: `${together.text}; of ${past.sort} alone ${past.text}` };
  const isOf = ({ parameters }: About) => parameters.some(parameter => parameter.startsWith(direction));
  const { said, reasons } = saidOf(
    told.audit,
    about => isOf(about) && enforcers.includes(about.layer) && about.subject === dev,
    about => isOf(about) && about.device.kind === 'interface' && about.device.mac === mac,
  );
  const one = told.effective.filter(
    ({ device, limited }) => device.kind === 'interface' && device.mac === mac && limited === direction,
  );
  const effective = one.find(({ claims }) => claims.some(({ at }) => at.includes(dev))) ?? one[0];
  return {
    state,
    limit: direction,
    said,
    reasons,
    reality: measured.reality,
    measured: measured.text,
    ...(!measured.isMixed &&
      measured.reality !== 'unmeasured' &&
      !countsPackets(state) && {
        effective: toldNumber(effective, measured.rate, offeredBy(passage), slack),
      }),
  };
}

function passedOf({ flows }: Passage): number {
  return flows.reduce((sum, { halves }) => sum + halves[0] + halves[1], 0);
}

function offeredBy({ flows, seconds }: Passage): number {
  return flows.reduce((sum, flow) => sum + flow.offered, 0) / (seconds[0] + seconds[1]);
}
