import type { Control, TcAction } from './action.ts';
import { parseControl } from './action.ts';
import { type Family, familiesOf, isWhole } from './family.ts';
import type { TcRule } from './rule.ts';

/** A policer that packets have met, and the filter that it belongs to. */
export interface MetPolicer {
  readonly rule: TcRule;
  readonly police: Extract<TcAction, { kind: 'police' }>;
}

/** Packets that have the same way behind them. */
export interface Packets {
  readonly families: ReadonlySet<Family>;
  /** Policers that let them pass and drop what is too much. */
  readonly met: readonly MetPolicer[];
  /** What an action has set; absent: nothing did. */
  readonly priority?: string;
  /** The mark that an action has set, as a number; absent: whoever sent them may have marked them. */
  readonly mark?: number;
  /** The filter that sent them to another chain. */
  readonly led?: TcRule;
  /** Why it is not known whether there are any such packets; absent: there are. */
  readonly doubt?: Doubt;
}

/** Something that is read and not understood. */
export interface Doubt {
  readonly rule: TcRule;
  readonly why: string;
}

/** Where packets have come to. */
export interface End {
  readonly packets: Packets;
  /** `left`: another device has them now. `unknown`: what becomes of them is not known. */
  readonly fate: 'accepted' | 'dropped' | 'left' | 'unknown';
  /** The filter that decided; absent: none did. */
  readonly rule?: TcRule;
}

/** Deeper than the kernel's own limit on restarts nobody nests chains. */
const DEEPEST = 16;
/** More different ways than this are not told apart. */
const MOST = 256;

/**
 * Follows all packets through the filters of a hook, as the kernel does: preference by preference, filter by filter, action
 * by action, from chain to chain. Each way that a packet may take ends in one of the answers.
 *
 * @see linux net/sched/cls_api.c:tcf_classify, act_api.c:tcf_action_exec
 */
export function walk(rules: readonly TcRule[], packets: Packets, chain = 0, depth = 0): readonly End[] {
  const ends: End[] = [];
  let here: readonly Packets[] = [packets];
  for (const rule of rules.filter(one => one.chain === chain)) {
    const passed: Packets[] = [];
    for (const some of here) {
      const { taken, left } = part(some, rule);
      if (left !== undefined) passed.push(left);
      for (const branch of taken === undefined ? [] : act(rule, taken)) {
        if (branch.control === 'continue') passed.push(branch.packets);
        else if (typeof branch.control !== 'object') ends.push(endOf(branch, rule));
        else if (depth < DEEPEST)
          ends.push(...walk(rules, { ...branch.packets, led: rule }, branch.control.chain, depth + 1));
        else ends.push(lost(branch.packets, rule, 'chains lead to one another without end'));
      }
    }
    here = merged(passed);
    if (here.length + ends.length > MOST)
      return [...ends, lost(packets, rule, 'there are too many ways to follow')];
  }
  return [...ends, ...here.map(some => ({ packets: some, fate: 'accepted' }) as const)];
}

/**
 * Those that a filter takes, and those that go on: of a filter that takes some, there are both. Of one of which it is not
 * known what it takes, both are in doubt; but packets without a mark there are everywhere.
 */
function part(packets: Packets, rule: TcRule): { readonly taken?: Packets; readonly left?: Packets } {
  const asked = familiesOf(rule.protocol);
  const mine = new Set([...packets.families].filter(one => asked.has(one)));
  if (mine.size === 0) return { left: packets };
  const marked = packets.mark === undefined ? undefined : takesMark(rule, packets.mark);
  if (marked === false) return { left: packets };
  const isAll = (marked ?? rule.takes === 'all') && isWhole(rule.protocol);
  const others = isAll ? new Set([...packets.families].filter(one => !mine.has(one))) : packets.families;
  const isOpen = rule.takes === 'unknown' && marked === undefined;
  const doubt = isOpen
    ? { doubt: packets.doubt ?? { rule, why: `which packets it takes is not known` } }
    : {};
  return {
    taken: { ...packets, families: mine, ...doubt },
    ...(others.size > 0 && { left: { ...packets, families: others, ...(rule.kind !== 'fw' && doubt) } }),
  };
}

/** Whether an `fw` filter takes a mark that is known; undefined: it is another kind, or has a handle of its own form. */
function takesMark({ kind, handle }: TcRule, mark: number): boolean | undefined {
  const match = kind === 'fw' ? /^0x([0-9a-f]{1,8})(?:\/0x([0-9a-f]{1,8}))?$/.exec(handle) : null;
  if (match === null) return undefined;
  const [, value = '', mask = 'ffffffff'] = match;
  return (BigInt(mark) & BigInt(`0x${mask}`)) === BigInt(`0x${value}`);
}

/** What a filter's actions make of packets. `lost`: an action that is not known had them. */
interface Branch {
  readonly packets: Packets;
  readonly control: Control | 'lost';
}

function act(rule: TcRule, packets: Packets): readonly Branch[] {
  // A program may decide by itself, whatever actions there are.
  if (rule.kind === 'bpf' && /(?:^|\s)direct-action(?:\s|$)/.test(rule.text)) {
    return [{ packets: doubting(packets, rule, 'its program decides by itself'), control: 'lost' }];
  }
  let here: readonly Packets[] = [packets];
  const done: Branch[] = [];
  for (const action of rule.actions) {
    const branches = here.flatMap(some => after(rule, action, some));
    done.push(...branches.filter(one => one.control !== 'pipe'));
    here = branches.filter(one => one.control === 'pipe').map(one => one.packets);
  }
  return [...done, ...here.map(some => ({ packets: some, control: 'pass' }) as const)];
}

function after(rule: TcRule, action: TcAction, packets: Packets): readonly Branch[] {
  if (action.kind === 'unknown') {
    const why = `what '${action.text.split('\n')[0]?.slice(0, 60)}' does is not known`;
    return [{ packets: doubting(packets, rule, why), control: 'lost' }];
  }
  if (action.kind === 'police') return policed(rule, action, packets);
  const { control, priority, mark, isAnother, device } = action;
  const changed = {
    ...packets,
    ...(priority !== undefined && { priority }),
    ...(mark !== undefined && { mark }),
    ...(isAnother && { families: familiesOf('all') }),
  };
  if (device !== undefined && control !== 'pipe' && control !== 'continue')
    return [{ packets: changed, control: 'stolen' }];
  return [{ packets: changed, control }];
}

/** What conforms goes one way, what exceeds another; one that drops nothing is no limit. */
function policed(rule: TcRule, police: MetPolicer['police'], packets: Packets): readonly Branch[] {
  const [exceed = 'reclassify', conform = 'pass'] = (police.words.action ?? 'drop').split('/');
  const [above, below] = [parseControl(exceed), parseControl(conform)];
  if (above === undefined || below === undefined || below === 'reclassify') {
    return [{ packets: doubting(packets, rule, `what its policer does is not known`), control: 'lost' }];
  }
  // Starting again it comes to the same policer, until the kernel drops it.
  if (above === 'drop' || above === 'reclassify') {
    return [{ packets: { ...packets, met: [...packets.met, { rule, police }] }, control: below }];
  }
  if (above === below) return [{ packets, control: below }];
  // Up to its rate there are none left, which may be all that there are.
  const conforming = below === 'drop' ? doubting(packets, rule, 'its policer drops what conforms') : packets;
  return [
    { packets, control: above },
    { packets: conforming, control: below },
  ];
}

function doubting(packets: Packets, rule: TcRule, why: string): Packets {
  return { ...packets, doubt: packets.doubt ?? { rule, why } };
}

function lost(packets: Packets, rule: TcRule, why: string): End {
  return { packets: doubting(packets, rule, why), fate: 'unknown', rule };
}

function endOf({ packets, control }: Branch, rule: TcRule): End {
  switch (control) {
    case 'lost':
      return { packets, fate: 'unknown', rule };
    case 'drop':
    case 'reclassify':
      return { packets, fate: 'dropped', rule };
    case 'stolen':
      return { packets, fate: 'left', rule };
    case 'trap':
      return { packets, fate: 'dropped', rule };
    default:
      return { packets, fate: 'accepted', rule };
  }
}

/** Packets with the same way behind them are followed together. */
function merged(all: readonly Packets[]): readonly Packets[] {
  const known = new Map<string, Packets>();
  for (const packets of all) {
    const met = packets.met.map(({ police }) => police.words.index).join();
    const key = `${met} ${packets.priority ?? ''} ${packets.mark ?? ''} ${packets.doubt === undefined}`;
    const same = known.get(key);
    const families = same === undefined ? packets.families : new Set([...same.families, ...packets.families]);
    known.set(key, { ...(same ?? packets), families });
  }
  return [...known.values()];
}
