import { isOthers } from '../policers.ts';
import type { TcQdisc } from '../tc-qdisc.ts';
import { dropped, type Ending } from './dropped.ts';
import { familiesOf, packetsOf } from './family.ts';
import { type PathBreak, staysWithin } from './path.ts';
import { nameOf, type TcRule } from './rule.ts';
import { madeStricter, stricterBeside } from './stricter-police.ts';
import { type End, type MetPolicer, walk } from './walk.ts';

/**
 * What keeps a policer on a device's ingress from being the limit of what comes in there. undefined: every packet meets
 * it, or others that let no more through together, and nothing else does more.
 *
 * @param rules of the ingress hook
 * @param of the filter that has it
 * @param qdisc the ingress qdisc, for its counters; absent: it was not read
 */
export function policePath(rules: readonly TcRule[], of: TcRule, qdisc?: TcQdisc): PathBreak | undefined {
  const target = policeIn(of);
  if (target === undefined) return undefined;
  const all = ingressEnds(rules);
  const ends = all.filter(one => one.fate !== 'dropped');
  return (
    pastBy(ends, target) ??
    dropped(all.map(endingOf)) ??
    madeStricter(rules, of, target) ??
    stricterBeside(ends, target) ??
    uncounted(target, qdisc)
  );
}

function endingOf({ packets: { families, doubt }, fate, rule }: End): Ending {
  return {
    isDropped: fate === 'dropped',
    families,
    part: 'ingress',
    ...(rule && { rule }),
    ...(doubt && { doubt }),
  };
}

/** How much of what gets through has met a policer. */
export function meeting(ends: readonly End[], of: TcRule): 'all' | 'some' | 'none' {
  const through = ends.filter(one => one.fate !== 'dropped');
  const met = through.filter(({ packets }) => packets.met.some(one => one.rule === of));
  if (met.length === 0) return 'none';
  return met.length === through.length ? 'all' : 'some';
}

/**
 * What all policers together let through, in B/s, where every packet meets one and they are not the same; undefined: some
 * packets meet none, or it is not known.
 */
export function policedTogether(ends: readonly End[]): number | undefined {
  const rates = new Map<string, number>();
  for (const { packets, fate } of ends.filter(one => one.fate !== 'dropped')) {
    const least = leastOf(packets.met);
    if (least === undefined || fate !== 'accepted' || packets.doubt !== undefined) return undefined;
    rates.set(least.words.index, least.words.rateBps ?? 0);
  }
  return rates.size < 2 ? undefined : [...rates.values()].reduce((sum, one) => sum + one, 0);
}

/** Where everything that comes into a device ends. */
export function ingressEnds(rules: readonly TcRule[]): readonly End[] {
  return walk(rules, { families: familiesOf('all'), met: [] });
}

/** The policer of a filter. */
export function policeIn(rule: TcRule): MetPolicer['police'] | undefined {
  return rule.actions.find(action => action.kind === 'police');
}

function pastBy(ends: readonly End[], target: MetPolicer['police']): PathBreak | undefined {
  const has = ({ packets }: End) => packets.met.some(one => one.police === target);
  const others = ends.filter(one => !has(one));
  // What becomes of packets behind it counts too: they may be dropped there.
  const lost = ends.find(one => one.fate === 'unknown');
  const limitBps = target.words.rateBps ?? 0;
  const sure = others.filter(one => one.fate !== 'unknown' && one.packets.doubt === undefined);
  if (sure.length > 0 && !withinOthers(sure, limitBps, ends.some(has))) return pastAt(sure, ends.some(has));
  const open = lost ?? others.find(one => one.packets.doubt !== undefined && one.fate !== 'unknown');
  if (
    open?.packets.doubt !== undefined &&
    (lost !== undefined || !withinOthers(others, limitBps, ends.some(has)))
  ) {
    return unknownAt(open.packets.doubt.rule, open.packets.doubt.why);
  }
  return ends.some(end => has(end) && end.packets.doubt === undefined) ? undefined : neverMet(sure, target);
}

/**
 * All packets meet others, which let less through, or the same. Those of systems that have limits of their own are no
 * surprise.
 */
function neverMet(sure: readonly End[], target: MetPolicer['police']): PathBreak | undefined {
  const rules = sure.flatMap(({ packets }) => packets.met.map(one => one.rule));
  const [rule] = rules;
  if (rule === undefined || rules.some(isOthers)) return undefined;
  const { kind, pref, chain, text } = rule;
  const least = leastOf(sure.flatMap(({ packets }) => packets.met));
  const rate = least?.words.rateBps;
  const { rateBps = 0, burstBytes = 0 } = target.words;
  if (rate !== undefined && rate >= rateBps) {
    const { burstBytes: burst = 0 } = least?.words ?? {};
    if (burst <= burstBytes) return undefined;
    const why = `no packet comes to it: the ${nameOf(rule)} decides for them and lets ${burst} bytes through at once`;
    return { how: 'past', part: 'ingress', why, text, filter: { kind, pref, chain }, rateBps: rate };
  }
  const through = rate === undefined ? 'less' : `${rate} B/s`;
  const why = `no packet comes to it: the ${nameOf(rule)} decides for them and lets ${through} through`;
  return { how: 'stricter', part: 'ingress', why, text, filter: { kind, pref, chain } };
}

function withinOthers(others: readonly End[], limitBps: number, isMet: boolean): boolean {
  const rates = new Map<string, number>();
  for (const { packets, fate } of others) {
    const least = leastOf(packets.met);
    if (least === undefined || fate === 'unknown') return false;
    rates.set(least.words.index, least.words.rateBps ?? 0);
  }
  return staysWithin(limitBps, [...rates.values()], isMet);
}

function leastOf(met: readonly MetPolicer[]): MetPolicer['police'] | undefined {
  const limits = met.map(one => one.police).filter(({ words }) => (words.rateBps ?? 0) > 0);
  return limits.sort((one, other) => (one.words.rateBps ?? 0) - (other.words.rateBps ?? 0))[0];
}

/** The worst of them is told: packets that meet no policer at all, before those of a looser one. */
function pastAt(others: readonly End[], isMet: boolean): PathBreak {
  const end = others.find(one => leastOf(one.packets.met) === undefined) ?? others[0];
  const rule = end?.rule ?? end?.packets.led ?? end?.packets.met.at(-1)?.rule;
  const rateBps = leastOf(end?.packets.met ?? [])?.words.rateBps;
  const which = isMet ? packetsOf(end?.packets.families ?? new Set()) : 'packets';
  const does = end === undefined ? '' : doneBy(end, rule, rateBps);
  const some = rule?.takes === 'some' ? `some ${which}` : which;
  return {
    how: 'past',
    why: isMet ? `${some} do not come to it: ${does}` : `no packet comes to it: ${does}`,
    part: 'ingress',
    text: rule?.text ?? '',
    ...(rule && { filter: { kind: rule.kind, pref: rule.pref, chain: rule.chain } }),
    ...(isMet && { isMet }),
    ...(rateBps !== undefined && { rateBps }),
  };
}

function doneBy({ fate, rule: last }: End, rule: TcRule | undefined, rateBps: number | undefined): string {
  if (rule === undefined) return 'no filter takes them';
  if (fate === 'left') return `the ${nameOf(rule)} sends them to another device`;
  if (rateBps !== undefined) return `the ${nameOf(rule)} decides for them and lets ${rateBps} B/s through`;
  if (last === undefined) return `the ${nameOf(rule)} sends them where no filter takes them`;
  return `the ${nameOf(rule)} lets them pass`;
}

function unknownAt(rule: TcRule, why: string): PathBreak {
  const { kind, pref, chain, text } = rule;
  return {
    how: 'unknown',
    why: `${nameOf(rule)}: ${why}`,
    part: 'ingress',
    text,
    filter: { kind, pref, chain },
  };
}

/** Packets that may have come while the filter was made, as of a qdisc without one. */
const STRAY = 3;

/** Counters are a second witness: packets came in, and the policer saw none of them. */
function uncounted(
  { counters, text }: MetPolicer['police'],
  qdisc: TcQdisc | undefined,
): PathBreak | undefined {
  const packets = qdisc?.counters?.packets ?? 0;
  if (qdisc === undefined || counters === undefined || counters.packets > 0 || packets <= STRAY)
    return undefined;
  return {
    ...{
      how: 'unknown',
      part: 'ingress',
      text: `${qdisc.text}\n${qdisc.counters?.text}\n${text}\n${counters.text}`,
    },
    why: `${packets} packets came in, and the policer has counted none`,
  };
}
