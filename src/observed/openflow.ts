/** A flow of a bridge, as ovs-ofctl prints it without statistics. */
export interface OpenFlow {
  /** `0x…`, without leading zeros. */
  readonly cookie: string;
  readonly table: number;
  /** `priority=65535,ip,in_port=1,reg2=0`: its parts in order of the alphabet, so that equal matches are equal texts. */
  readonly match: string;
  readonly actions: string;
  /** What stands beside the match and is kept when a flow is put back: `send_flow_rem`, `idle_timeout=60`. Absent: nothing. */
  readonly options?: readonly string[];
}

/** A meter of a bridge with one band that drops. */
export interface OpenFlowMeter {
  readonly id: number;
  /** `pktps burst`: its flags, in order of the alphabet. */
  readonly flags: string;
  /** In packets or kbit, a second. */
  readonly rate: number;
  /** 0: none. */
  readonly burst: number;
}

/** @see openvswitch lib/ofp-flow.c:ofputil_flow_stats_format, ofputil_flow_mod_flags_format */
const option =
  /^(?:send_flow_rem|check_overlap|reset_counts|no_packet_counts|no_byte_counts|(?:idle_timeout|hard_timeout|importance)=\d+)$/;

/** Columns of `dump-flows` that are no part of the match. */
const statistics = /^(?:duration|n_packets|n_bytes|idle_age|hard_age)=/;

/** What {@link flowText} wrote. */
export function parseFlowText(text: string): OpenFlow {
  const [head, actions = ''] = splitAt(text, ',actions=');
  return flowOf(head.split(','), actions);
}

/** What `ovs-ofctl --no-names dump-flows` prints, with or without statistics. Lines that are no flows are skipped. */
export function parseFlows(text: string): readonly OpenFlow[] {
  return text.split('\n').flatMap(line => {
    const [head, actions] = splitAt(line.trim(), ' actions=');
    if (actions === undefined) return [];
    const words = head.split(/,\s*|\s+/).filter(word => word !== '' && !statistics.test(word));
    return [flowOf(words, actions)];
  });
}

function flowOf(words: readonly string[], actions: string): OpenFlow {
  const valueAfter = (key: string) => words.find(word => word.startsWith(key))?.slice(key.length);
  const options = words.filter(word => option.test(word));
  const match = words.filter(word => !/^(?:cookie|table)=/.test(word) && !option.test(word));
  return {
    cookie: valueAfter('cookie=') ?? '0x0',
    table: Number(valueAfter('table=') ?? 0),
    match: matchText(match),
    actions,
    ...(options.length > 0 && { options }),
  };
}

/** Parts of a match as one text; equal for the same parts in any order. */
export function matchText(parts: readonly string[]): string {
  const isPriority = (part: string) => part.startsWith('priority=');
  const priority = parts.find(isPriority) ?? 'priority=32768';
  return [priority, ...parts.filter(part => !isPriority(part)).sort()].join();
}

/** A flow in the words of ovs-ofctl. */
export function flowText({ cookie, table, match, actions, options = [] }: OpenFlow): string {
  return [`cookie=${cookie},table=${table}`, ...options, match, `actions=${actions}`].join();
}

/**
 * What `ovs-ofctl -O OpenFlow13 dump-meters` prints: a line for each meter, and one for each of its bands. Of several
 * bands the first counts.
 */
export function parseMeters(text: string): readonly OpenFlowMeter[] {
  const pattern = /^meter=(\d+) ([a-z ]*?) *bands=\s*type=(\w+) rate=(\d+)(?: burst_size=(\d+))?/gm;
  return [...text.matchAll(pattern)].map(([, id, flags = '', , rate, burst]) => ({
    id: Number(id),
    flags: meterFlags(flags.split(' ').filter(flag => flag !== 'stats')),
    rate: Number(rate),
    burst: Number(burst ?? 0),
  }));
}

/** What `ovs-ofctl -O OpenFlow13 meter-stats` prints: how many flows use each meter, by its number. */
export function parseMeterUsers(text: string): ReadonlyMap<number, number> {
  const found = text.matchAll(/^meter:(\d+) flow_count:(\d+)/gm);
  return new Map([...found].map(([, id, flows]) => [Number(id), Number(flows)]));
}

/** Flags of a meter as one text; counting what it drops changes nothing of it. */
export function meterFlags(flags: readonly string[]): string {
  return [...flags].sort().join(' ');
}

function splitAt(text: string, mark: string): readonly [string, string | undefined] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + mark.length)];
}
