import { type ActionLines, parseAction, type TcAction } from './action.ts';

/** A filter as the kernel goes through it. */
export interface TcRule {
  readonly chain: number;
  /** Packets meet the lowest first. */
  readonly pref: number;
  /** `all`, `ip`, `ipv6`, … */
  readonly protocol: string;
  /** `flower`, `matchall`, `u32`, … */
  readonly kind: string;
  /** As tc writes it: `0x1`, `800::800`. */
  readonly handle: string;
  /** The class that it sends packets to, as tc writes it: `1:2`, `:1`, `1:`. */
  readonly classid?: string;
  /** Which packets of its protocol it takes; `unknown`: a program, a mark or a table decides. */
  readonly takes: 'all' | 'some' | 'unknown';
  readonly actions: readonly TcAction[];
  /** The block of filters that other devices may share. */
  readonly block?: string;
  /** tc's lines. */
  readonly text: string;
}

/** Filters of one protocol and preference are in a list that has a line of its own, without a handle. */
const HEAD =
  /^filter (?:(?:ingress|egress) )?(?:parent \S+ )?(?:block (\d{1,10}) )?protocol (\S+) pref (\d{1,5}) (\S+)(?: chain (\d{1,10}))?( .*)?$/;
/** What the hardware thinks of it: a tap has none. */
const HARDWARE =
  /^(?:not_in_hw|in_hw|in_hw_count \d{1,9}|skip_hw)(?: \(rule hit \d{1,20}(?: success \d{1,20})?\))?$/;

/**
 * The filters in the answer to `tc -d filter show dev …`, in the order in which a packet of each chain meets them. A line
 * that nobody understands is one of which nothing is known: it is not left out.
 */
export function parseTcRules(answer: string): readonly TcRule[] {
  const blocks: string[][] = [];
  for (const line of answer.split('\n').map(one => one.trimEnd())) {
    if (line.startsWith('filter ') || (line !== '' && blocks.length === 0)) blocks.push([line]);
    else if (line !== '') blocks.at(-1)?.push(line);
  }
  const tables = rootTables(blocks);
  const rules = blocks.flatMap(lines => ruleOf(lines, tables));
  return [...rules, ...marksAlone(blocks, rules)].sort(
    (one, other) => one.chain - other.chain || one.pref - other.pref,
  );
}

/** An empty list of `fw` takes a packet's mark for its class. @see linux net/sched/cls_fw.c:fw_classify, "Old method" */
function marksAlone(blocks: readonly (readonly string[])[], rules: readonly TcRule[]): readonly TcRule[] {
  return blocks.flatMap(([head = '', ...body]) => {
    const [, , protocol = '', pref = '', kind = '', chain = '0'] = HEAD.exec(head) ?? [];
    const has = rules.some(one => one.pref === Number(pref) && one.chain === Number(chain));
    if (kind !== 'fw' || has) return [];
    return [{ ...strange(head, body), chain: Number(chain), pref: Number(pref), protocol, kind }];
  });
}

/** Tables that the kernel makes by itself, each for the filters of one preference, have numbers from here on. */
const FIRST_ROOT = 0x800;

/**
 * The table of u32 where packets begin, by chain and preference. Where there are two, nobody can tell which: those of both
 * hooks of `clsact` are told as if they were one's. @see linux net/sched/cls_u32.c:u32_init, tc_u_common_ptr
 */
function rootTables(blocks: readonly (readonly string[])[]): ReadonlyMap<string, string> {
  const all = new Map<string, Set<string>>();
  for (const [head = ''] of blocks) {
    const [, , , pref = '', kind, chain = '0', rest = ''] = HEAD.exec(head) ?? [];
    const table = / fh ([0-9a-f]{1,3}):/.exec(rest)?.[1];
    if (kind !== 'u32' || table === undefined || Number.parseInt(table, 16) < FIRST_ROOT) continue;
    const place = `${chain} ${pref}`;
    all.set(place, (all.get(place) ?? new Set()).add(table));
  }
  return new Map(
    [...all].flatMap(([place, [first = '', ...more]]) => (more.length > 0 ? [] : [[place, first]])),
  );
}

/** @param tables of u32, by chain and preference: where packets begin */
function ruleOf(
  [head = '', ...body]: readonly string[],
  tables: ReadonlyMap<string, string>,
): readonly TcRule[] {
  const match = HEAD.exec(head);
  if (match === null) return [strange(head, body)];
  const [, block, protocol = '', pref = '', kind = '', chain = '0', rest = ''] = match;
  const words = rest.trim().split(/\s+/);
  const after = (name: string) => (words.includes(name) ? words[words.indexOf(name) + 1] : undefined);
  const handle = after('handle') ?? after('fh');
  if (words.includes('divisor')) return [];
  if (handle === undefined) return body.length === 0 && words.join('') === '' ? [] : [strange(head, body)];
  const { matches, actions } = parted(body);
  const classid = after('classid') ?? after('flowid') ?? after('*flowid');
  const isElsewhere = kind === 'u32' && tables.get(`${chain} ${pref}`) !== after('ht');
  return [
    {
      ...{ chain: Number(chain), pref: Number(pref), protocol, kind, handle: plainHandle(handle) },
      ...(classid !== undefined && /^[0-9a-f]*:[0-9a-f]*$/.test(classid) && { classid }),
      takes: isElsewhere || words.includes('skip_sw') ? 'unknown' : takenBy(kind, protocol, words, matches),
      actions: actions.map(parseAction),
      ...(block !== undefined && { block }),
      text: [head.trim(), ...body.map(line => line.trim())].join('\n'),
    },
  ];
}

/** With `-r` a handle of u32 has its number behind it: `800::800[80000800]`. */
function plainHandle(handle: string): string {
  return handle.replace(/\[[0-9a-f]{1,8}\]$/, '');
}

/** Something between the filters that is none: nothing can be said of what it does. */
function strange(head: string, body: readonly string[]): TcRule {
  const text = [head, ...body]
    .map(line => line.trim())
    .join('\n')
    .slice(0, 400);
  return {
    ...{ chain: 0, pref: 0, protocol: 'all', kind: 'unknown', handle: '' },
    takes: 'unknown',
    actions: [{ kind: 'unknown', text }],
    text,
  };
}

/** Lines that say which packets, and the actions with what belongs to each. */
function parted(body: readonly string[]): {
  readonly matches: readonly string[];
  readonly actions: readonly ActionLines[];
} {
  const matches: string[] = [];
  const actions: { head: string; details: string[] }[] = [];
  for (const line of body) {
    const head = /^\s+action order \d{1,6}: +(.*)$/.exec(line)?.[1] ?? /^ (police 0x.*)$/.exec(line)?.[1];
    if (head !== undefined) actions.push({ head: head.trim(), details: [] });
    else if (actions.length > 0) actions.at(-1)?.details.push(line);
    else matches.push(line.trim());
  }
  return { matches, actions };
}

function takenBy(
  kind: string,
  protocol: string,
  words: readonly string[],
  lines: readonly string[],
): TcRule['takes'] {
  const matches = lines.filter(line => line !== '' && !HARDWARE.test(line));
  switch (kind) {
    case 'matchall':
      return matches.length === 0 ? 'all' : 'unknown';
    case 'basic':
      return matches.length === 0 ? 'all' : 'unknown';
    case 'flower':
      if (matches.includes('skip_sw')) return 'unknown';
      return matches.every(line => ofProtocol[protocol] === line) ? 'all' : 'some';
    case 'u32':
      return takenByU32(words, matches);
    default:
      return 'unknown';
  }
}

/** What flower says of the protocol alone. */
const ofProtocol: Readonly<Record<string, string>> = {
  ip: 'eth_type ipv4',
  ipv6: 'eth_type ipv6',
  arp: 'eth_type arp',
};

/** One that is no end of the search leads to another table. */
function takenByU32(words: readonly string[], matches: readonly string[]): TcRule['takes'] {
  if (
    words.includes('link') ||
    !(words.includes('terminal') || words.some(word => /^\*?flowid$/.test(word)))
  ) {
    return 'unknown';
  }
  const values = matches.map(
    line => /^match [0-9a-f]{8}\/([0-9a-f]{8}) at \S+(?: \(success \d{1,20} ?\))?$/.exec(line)?.[1],
  );
  return values.every(mask => mask === '00000000') ? 'all' : 'some';
}

/** `matchall filter at pref 1`; in another chain than the first that is said too. */
export function nameOf({ kind, pref, chain }: TcRule): string {
  return `${kind} filter at pref ${pref}${chain === 0 ? '' : ` of chain ${chain}`}`;
}
