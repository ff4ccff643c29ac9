import type { Family } from './family.ts';
import type { PathBreak, PathPart } from './path.ts';
import { nameOf, type TcRule } from './rule.ts';
import type { Doubt } from './walk.ts';

/** Where some packets end, as far as it matters for whether any get through. */
export interface Ending {
  readonly isDropped: boolean;
  readonly families: ReadonlySet<Family>;
  /** The filter that decided; absent: none did. */
  readonly rule?: TcRule;
  readonly doubt?: Doubt;
  readonly part: PathPart;
}

/**
 * What filters do not let through at all, whatever the limit is: all of it, all of IP (without which a guest has no network),
 * or what nobody can tell. undefined: some packets of a protocol at most, or those of others, which is no limit.
 */
export function dropped(all: readonly Ending[]): PathBreak | undefined {
  const gone = all.filter(one => one.isDropped);
  // Packets that carry a mark are more than those that everybody sends.
  const through = all.filter(({ isDropped, doubt }) => !isDropped && doubt === undefined);
  const sure = gone.filter(({ doubt }) => doubt === undefined);
  const [whole] = sure;
  if (whole !== undefined && through.length === 0) return stricter(whole, 'no packet gets through');
  const ip = sure.find(({ families }) => families.has('ip'));
  if (ip !== undefined && !through.some(({ families }) => families.has('ip'))) {
    return stricter(ip, 'no packet of ip gets through');
  }
  const open = gone.find(({ doubt }) => doubt !== undefined);
  if (open?.doubt === undefined) return undefined;
  const { rule, why } = open.doubt;
  return { ...placeOf(open, rule), how: 'unknown', why: `${nameOf(rule)}, which drops packets: ${why}` };
}

function stricter(end: Ending, what: string): PathBreak {
  const by = end.rule === undefined ? 'a filter drops' : `the ${nameOf(end.rule)} drops`;
  return { ...placeOf(end, end.rule), how: 'stricter', rateBps: 0, why: `${what}: ${by} them` };
}

function placeOf({ part }: Ending, rule: TcRule | undefined): Omit<PathBreak, 'how' | 'why'> {
  if (rule === undefined) return { part, text: '' };
  const { kind, pref, chain, text } = rule;
  return { part, text, filter: { kind, pref, chain } };
}
