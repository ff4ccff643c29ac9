import { parseTcRate, parseTcSize } from './tc-quantity.ts';

/** A policer of libvirt's with nothing else on its device's ingress. */
export interface LonePolicer {
  /** B/s, as far as tc's text tells: from 1 Gbit/s up it is cut to Mbit/s. */
  readonly rateBps: number;
  /** Bytes, with the six digits of tc's text. */
  readonly burstBytes: number;
}

/** Nothing of `clsact`, and no block that is shared with another device. */
const QDISC = /^qdisc ingress ffff: parent ffff:fff1 -+$/;
const LIST = '^filter (?:parent ffff: )?protocol all pref 49152 u32 chain 0';

/** What `tc filter add … parent ffff: protocol all u32 match u32 0 0 police … mtu 64kb drop flowid :1` is shown as. */
const SHAPE: readonly RegExp[] = [
  new RegExp(`${LIST}$`),
  new RegExp(`${LIST} fh 800: ht divisor 1$`),
  new RegExp(`${LIST} fh 800::800 order 2048 key ht 800 bkt 0 \\*?flowid :1 not_in_hw$`),
  /^match 00000000\/00000000 at 0$/,
  /^police 0x[0-9a-f]+ rate (\S+) burst (\S+) mtu 64Kb action drop overhead 0b linklayer ethernet$/,
  // Shared by nobody.
  /^ref 1 bind 1$/,
];

/**
 * The policer of a device whose ingress holds exactly what libvirt puts there, and nothing of anybody else; undefined when
 * it holds anything else, or nothing.
 *
 * @param qdiscs what `tc -d qdisc show dev …` answers
 * @param filters what `tc -d filter show dev … parent ffff:` answers
 * @see libvirt src/util/virnetdevbandwidth.c:virNetDevBandwidthSet
 */
export function lonePolicer(qdiscs: string, filters: string): LonePolicer | undefined {
  const ingress = linesOf(qdiscs).filter(line => /^qdisc (?:ingress|clsact) /.test(line));
  const lines = linesOf(filters);
  const isLibvirts = lines.length === SHAPE.length && SHAPE.every((shape, at) => shape.test(lines[at] ?? ''));
  if (ingress.length !== 1 || !QDISC.test(ingress[0] ?? '') || !isLibvirts) return undefined;
  const [, rate = '', burst = ''] = SHAPE[4]?.exec(lines[4] ?? '') ?? [];
  const rateBps = parseTcRate(rate);
  const burstBytes = parseTcSize(burst);
  return rateBps === undefined || burstBytes === undefined ? undefined : { rateBps, burstBytes };
}

function linesOf(answer: string): readonly string[] {
  const lines = answer.split('\n').map(line => line.trim());
  return lines.filter(line => line !== '');
}
