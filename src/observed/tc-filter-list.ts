/** Any filter as tc shows it. */
export interface TcFilter {
  /** `all`, `ip`, `ipv6`, … */
  readonly protocol: string;
  /** Packets meet the lowest first. */
  readonly pref: number;
  /** `flower`, `basic`, `u32`, … */
  readonly kind: string;
  /** As tc writes it: `0x1`, `800::800`. */
  readonly handle: string;
  /** The class that it sends packets to. */
  readonly classid?: string;
  /** What it matches, by tc's words for flower: `ip_tos` → `184/0xfc`. Others have what looks like it. */
  readonly keys: Readonly<Record<string, string>>;
  /** Whether it does more with a packet than choosing a class. */
  readonly acts: boolean;
  /** tc's lines. */
  readonly text: string;
}

/** Filters of one protocol and preference are in a list that has a line of its own, without a handle. */
const HEAD =
  /^filter (?:ingress |egress )?(?:parent \S+ )?protocol (\S+) pref (\d{1,5}) (\S+)(?: chain \d{1,10})?(.*)$/;
/** What the hardware thinks of it is not what it matches. */
const OFFLOAD = /^(?:not_)?in_hw|^skip_[hs]w/;

/** The filters in the answer to `tc -d filter show dev …`, in its order. */
export function parseTcFilters(answer: string): readonly TcFilter[] {
  const filters: string[][] = [];
  for (const line of answer.split('\n').map(one => one.trimEnd())) {
    if (line.startsWith('filter ')) filters.push([line]);
    else if (line !== '') filters.at(-1)?.push(line);
  }
  return filters.flatMap(lines => filterOf(lines));
}

function filterOf([head = '', ...body]: readonly string[]): readonly TcFilter[] {
  const match = HEAD.exec(head);
  if (match === null) return [];
  const [, protocol = '', pref = '', kind = '', rest = ''] = match;
  const words = rest.trim().split(/ +/);
  const after = (name: string) => (words.includes(name) ? words[words.indexOf(name) + 1] : undefined);
  const handle = after('handle') ?? after('fh');
  // The table of u32 has a handle too, and is no filter.
  if (handle === undefined || words.includes('divisor')) return [];
  const classid = after('classid') ?? after('flowid');
  const pairs = body
    .map(line => /^ {2}([a-z_0-9]+) (\S+)$/.exec(line))
    .filter(pair => pair !== null)
    .filter(([, name = '']) => !OFFLOAD.test(name));
  return [
    {
      protocol,
      pref: Number(pref),
      kind,
      handle,
      ...(classid !== undefined && { classid }),
      keys: Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, value])),
      acts: body.some(line => /^\s+action order |^ police /.test(line)),
      text: [head.trim(), ...body.map(line => line.trim())].join('\n'),
    },
  ];
}
