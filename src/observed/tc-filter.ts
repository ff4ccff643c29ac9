import { parseTcCounters, type TcCounters } from './tc-counters.ts';
import { parseTcRate, parseTcSize } from './tc-quantity.ts';

/** A filter on ingress that polices, as tc shows it. */
export interface TcPolicer {
  /** `u32`, `matchall`, `basic`, `flower`, … */
  readonly filter: string;
  /** `all`, `ip`, … */
  readonly protocol: string;
  /** Of the filter among those of its preference, as tc writes it: `0x1`, `800::800`. */
  readonly handle: string;
  /** The filter's priority: packets meet the lowest first. The kernel chooses from 49152 down where none was given. */
  readonly pref: number;
  /** Whether it takes every packet. */
  readonly matchesAll: boolean;
  readonly rateBps?: number;
  readonly burstBytes?: number;
  /** The kernel's own figure for the burst, 64 ns each; only in raw output (`-r`). */
  readonly burstTicks?: number;
  /** Larger packets are dropped whatever the rate. */
  readonly mtuBytes?: number;
  /** What happens above the rate: `drop`, `drop/continue`, … */
  readonly action?: string;
  /** What came to it, dropped or not. */
  readonly counters?: TcCounters;
  /** The first filter before it that lets every packet pass for good or sends it elsewhere, so that none is left. */
  readonly passedBefore?: TcPasser;
  /** tc's line. */
  readonly text: string;
}

/** A filter on ingress that takes every packet, polices none, and leaves none to those after it. */
export interface TcPasser {
  readonly filter: string;
  readonly pref: number;
  /** tc's lines that tell so. */
  readonly text: string;
}

/**
 * The policers in the answer to `tc -r -s -d filter show dev … parent ffff:`, in the order in which packets meet them.
 * The text is what counts: tc never puts a policer's rate into JSON.
 *
 * @see iproute2 tc/m_police.c:print_police
 */
export function parseTcPolicers(answer: string): readonly TcPolicer[] {
  const policers: TcPolicer[] = [];
  let filter = nothing;
  let passer: TcPasser | undefined;
  for (const raw of answer.split('\n')) {
    const line = raw.trim();
    if (line.startsWith('filter ')) passer ??= passerOf(filter);
    filter = seen(filter, line);
    const policer = policing.exec(line)?.[1];
    if (policer !== undefined && filter.kind !== '')
      policers.push({ ...policerOf(filter, policer), ...(passer && { passedBefore: passer }) });
    const counters = parseTcCounters(line);
    const last = policers.at(-1);
    if (counters !== undefined && last !== undefined && last.counters === undefined)
      policers.splice(-1, 1, { counters, ...last });
  }
  return policers.sort((one, other) => one.pref - other.pref);
}

/** Kinds with their actions indented below print `action order 1:  police …`, u32 and basic ` police …`. */
const policing = /^(?:action order \d{1,6}: +)?(police 0x[0-9a-f]{1,8} .*)$/;

interface Filter {
  /** tc's line: a list of filters has one of its own, without a handle. */
  readonly head: string;
  readonly kind: string;
  readonly protocol: string;
  readonly handle: string;
  readonly pref: number;
  /** A match was seen that does not take everything. */
  readonly selective: boolean;
  readonly matchesAll: boolean;
  /** What it does, in order, action by action. */
  readonly actions: readonly string[];
}

const nothing: Filter = {
  ...{ head: '', kind: '', protocol: '', handle: '', pref: 0 },
  ...{ selective: false, matchesAll: false, actions: [] },
};

/** What is known of the filter that the lines are about, after one more line. */
function seen(filter: Filter, line: string): Filter {
  if (line.startsWith('filter ')) {
    const words = line.split(/\s+/);
    const at = words.indexOf('pref');
    if (at < 0) return nothing;
    const kind = words[at + 2] ?? '';
    const matchesAll = kind === 'matchall' || kind === 'basic';
    const after = (name: string) => (words.includes(name) ? words[words.indexOf(name) + 1] : undefined);
    const handle = after('handle') ?? after('fh') ?? '';
    const protocol = after('protocol') ?? '';
    const pref = Number(words[at + 1]) || 0;
    return { ...nothing, head: line, kind, protocol, handle, pref, matchesAll };
  }
  if (/^(?:action order|police) /.test(line)) return { ...filter, actions: [...filter.actions, line] };
  // What `basic` asks of a packet: cmp(…), meta(…), and words between them.
  if (filter.kind === 'basic' && /^(?:NOT |AND |OR )*[(a-z]+\(/.test(line)) return narrowed(filter, true);
  const match = /^match ([0-9a-f]{8})\/([0-9a-f]{8}) at /.exec(line);
  if (match === null) return filter;
  return narrowed(filter, filter.selective || match[2] !== '00000000');
}

function narrowed(filter: Filter, selective: boolean): Filter {
  const { head, kind, protocol, handle, pref, actions } = filter;
  return { head, kind, protocol, handle, pref, selective, matchesAll: !selective, actions };
}

/**
 * It may do nothing with a packet at all, which accepts it, and so does `pipe` after which no action is left; only
 * `continue` goes on to the next filter. @see linux net/sched/act_api.c:tcf_action_exec, cls_api.c:__tcf_classify
 */
function passerOf({ head, kind, protocol, handle, pref, matchesAll, actions }: Filter): TcPasser | undefined {
  const isFilter = handle !== '' && !head.includes(' divisor ');
  if (!isFilter || protocol !== 'all' || !matchesAll || actions.some(one => policing.test(one)))
    return undefined;
  const last = actions.at(-1);
  if (last !== undefined && !/ (?:pass|pipe|stolen)$/.test(last)) return undefined;
  return { filter: kind, pref, text: [head, ...actions].join('\n') };
}

function policerOf(filter: Filter, text: string): TcPolicer {
  const words = text.split(/\s+/);
  const after = (key: string) => {
    const at = words.indexOf(key, 2);
    return at < 0 ? '' : (words[at + 1] ?? '');
  };
  const rateBps = parseTcRate(after('rate'));
  const burstBytes = parseTcSize(after('burst'));
  const ticks = / \[([0-9a-f]{8})\] /.exec(text)?.[1];
  const mtuBytes = parseTcSize(after('mtu'));
  const action = after('action');
  return {
    filter: filter.kind,
    protocol: filter.protocol,
    handle: filter.handle,
    pref: filter.pref,
    matchesAll: filter.matchesAll,
    ...(rateBps !== undefined && { rateBps }),
    ...(burstBytes !== undefined && { burstBytes }),
    ...(ticks !== undefined && { burstTicks: Number.parseInt(ticks, 16) }),
    ...(mtuBytes !== undefined && { mtuBytes }),
    ...(action !== '' && { action }),
    text,
  };
}
