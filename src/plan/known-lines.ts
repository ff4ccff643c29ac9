import { classlessKinds } from '../verify/htb-knobs.ts';

/** The kinds of plans whose operations are lines of tc. */
export type TcKind = 'profile' | 'midonet';

const HANDLE = '(?:0x)?[0-9a-f]{1,8}';
const MINOR = '1:[0-9a-f]{1,4}';
const NUMBER = '\\d{1,16}(?:\\.\\d{1,9})?';
const KINDS = [...classlessKinds].join('|');
/** Options that these kinds show and take. */
const FLAGS = 'ecn|noecn|headdrop|ecn_prob';
const NAMES =
  'limit|flows|quantum|target|interval|memory_limit|drop_batch|ce_threshold|perturb|divisor|depth|redflowlimit|min|max|probability|rate|burst|buffer|maxburst|latency|lat|peakrate|minburst|mtu|mpu|overhead';
const OPTIONS = `(?: (?:${FLAGS})| (?:${NAMES}) \\d{1,16}(?:\\.\\d{1,9})?[A-Za-z]{0,5}(?:/\\d{1,5})?){0,20}`;
const MATCH = `(?: ip_tos 0x[0-9a-f]{1,2}/0xfc| ip_proto [a-z0-9]{1,10} dst_port \\d{1,5}(?:-\\d{1,5})?)`;

/** Behind `dev DEVICE`: all that the makers of lines make, with numbers and these words in it and nothing else. */
const grammar: Readonly<Record<TcKind, readonly (readonly [start: string, rest: RegExp])[]>> = {
  profile: [
    ['qdisc del', /^root$/],
    ['qdisc add', /^root handle 1: htb default [0-9a-f]{1,4}$/],
    ['qdisc add', RegExp(`^root handle [0-9a-f]{1,4}: (?:${KINDS})${OPTIONS}$`)],
    ['qdisc add', RegExp(`^parent ${MINOR} handle [0-9a-f]{1,4}: (?:${KINDS})${OPTIONS}$`)],
    ['qdisc del', RegExp(`^parent ${MINOR} handle [0-9a-f]{1,4}:$`)],
    ['class del', RegExp(`^classid ${MINOR}$`)],
    ...(['class add', 'class change'] as const).map(
      start =>
        [
          start,
          RegExp(
            `^parent 1:[0-9a-f]{0,4} classid ${MINOR} htb rate ${NUMBER}bps ceil ${NUMBER}bps burst ${NUMBER} cburst ${NUMBER}(?: prio \\d)?(?: quantum ${NUMBER})?$`,
          ),
        ] as const,
    ),
    ...(['filter add', 'filter change'] as const).map(
      start =>
        [
          start,
          RegExp(
            `^parent 1: protocol ip(?:v6)? pref \\d{1,5}(?: handle ${HANDLE})? flower${MATCH} classid ${MINOR}$`,
          ),
        ] as const,
    ),
    ['filter del', RegExp(`^parent 1: protocol ip(?:v6)? pref \\d{1,5}(?: handle ${HANDLE})? flower$`)],
  ],
  midonet: [
    ['qdisc add', /^handle ffff: ingress$/],
    ['qdisc del', /^ingress$/],
    ['filter del', RegExp(`^parent ffff: protocol all pref \\d{1,5} handle ${HANDLE} basic$`)],
    ...(['filter add', 'filter change'] as const).map(
      start =>
        [
          start,
          RegExp(
            `^parent ffff: protocol all pref \\d{1,5} handle ${HANDLE} basic police rate ${NUMBER}bps burst ${NUMBER} mtu ${NUMBER} drop$`,
          ),
        ] as const,
    ),
  ],
};

/** Whether a value is a line for `tc -batch`, as its words, that this kind of plan makes for this device. */
export function isKnownLine(value: unknown, kind: TcKind, dev: string): boolean {
  if (!Array.isArray(value) || !value.every(isWord)) return false;
  const [object, verb, key, device, ...rest] = value as readonly string[];
  if (key !== 'dev' || device !== dev) return false;
  const words = rest.join(' ');
  return grammar[kind].some(([start, shape]) => start === `${object} ${verb}` && shape.test(words));
}

/** No word is several. */
function isWord(value: unknown): boolean {
  return typeof value === 'string' && /^[A-Za-z0-9_.:/-]{1,64}$/.test(value);
}
