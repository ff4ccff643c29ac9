import { capturableXml } from '../../src/domain/capturable.ts';
import { checkDefinition } from '../../src/domain/check-definition.ts';
import { flavorFromMetadata } from '../../src/domain/nova-metadata.ts';
import { readDomain } from '../../src/domain/read-domain.ts';
import { applyTuningToXml } from '../../src/domain/render.ts';
import { translateFlavor } from '../../src/domain/translate.ts';
import type { DomainTuning } from '../../src/domain/tuning.ts';
import { QuotaError } from '../../src/errors.ts';
import { wholeQuota } from '../../src/intent/whole-quota.ts';
import { diagnosticLine } from '../../src/report/diagnostic-text.ts';
import { locate } from '../../src/xml/locate.ts';
import { filesIn } from './corpus.ts';
import { BrokenLaw, type Harness, type Mutation } from './harness.ts';

const { quota } = wholeQuota({
  'quota:cpu_shares': '512',
  'quota:cpu_quota': '50000',
  'quota:disk_total_bytes_sec': '1048576',
  'quota:vif_inbound_average': '1000',
  'quota:vif_outbound_average': '32768',
  'quota:vif_outbound_burst': '131072',
});
const capabilities = { cgroupVersion: 2 } as const;

/** What libvirt, or a file, tells of a domain; read, and written with limits. */
export const domainXmlHarness: Harness = {
  name: 'domain-xml',
  share: 4,
  corpus: () => [
    ...filesIn(['samples/domains', 'test/domain/cases'], /\.xml$/),
    ...filesIn(['test/cli/same-mac'], /(?:bridges|teaming)\.xml$/),
    ...filesIn(['test/workflow/captured'], /(?:trixie|bookworm-v1)\/.*\.live\.xml$/),
    '<domain><name>d</name><vcpu>1</vcpu><cputune><shares>1</shares></cputune><devices/></domain>',
  ],
  mutations: [swapElements, repeatElement, changeAttribute, changeElementText],
  read: xml => {
    const domain = readDomain(xml);
    const { tuning, diagnostics } = translateFlavor({ quota, domain, capabilities });
    const found = [...diagnostics, ...checkDefinition({ domain, tuning, host: capabilities })];
    readFlavor(xml);
    // What libvirt refuses to have twice cannot be written to either: that is said, and all is well.
    splice(xml, tuning);
    readDomain(capturableXml(xml));
    return { texts: found.map(diagnosticLine) };
  },
};

/** Most domains have none. */
function readFlavor(xml: string): void {
  try {
    flavorFromMetadata(xml);
  } catch (error) {
    if (!(error instanceof QuotaError)) throw error;
  }
}

function splice(xml: string, tuning: DomainTuning): void {
  const after = applyTuningToXml(xml, tuning);
  locate(after);
  if (applyTuningToXml(after, tuning) !== after)
    throw new BrokenLaw('splice-twice: the second time changes something');
  const [before, now] = [outside(xml), outside(after)];
  if (before !== now) throw new BrokenLaw(`splice-bytes: ${firstDifference(before, now)}`);
}

/** Elements that limits are written to, or into. Whatever else there is must stay as it is, to the byte. */
const limits =
  /<(cputune|iotune|bandwidth)\b[^<>]*?(?:\/>|>[\s\S]*?<\/\1\s*>)|<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>/g;

/** A text without them, and without white space, which is theirs where it leads to them. */
function outside(xml: string): string {
  return (
    xml
      .replace(limits, (piece, name) => (name === undefined ? piece : ''))
      .replace(/\s+/g, '')
      // An element that had nothing in it is opened for them.
      .replaceAll('/>', '></>')
      .replace(/<\/[^<>]*>/g, '</>')
  );
}

function firstDifference(one: string, other: string): string {
  let at = 0;
  while (one[at] === other[at]) at += 1;
  return JSON.stringify([
    one.slice(Math.max(0, at - 20), at + 60),
    other.slice(Math.max(0, at - 20), at + 60),
  ]);
}

const element = /<([a-z]\w*)\b[^<>]*(?:\/>|>[^<]*<\/\1>)/g;

function swapElements(xml: string, dice: Parameters<Mutation>[1]): string {
  const all = [...xml.matchAll(element)];
  if (all.length < 2) return xml;
  const one = dice.of(all);
  const other = dice.of(all);
  return xml.slice(0, one.index) + other[0] + xml.slice(one.index + one[0].length);
}

function repeatElement(xml: string, dice: Parameters<Mutation>[1]): string {
  const all = [...xml.matchAll(element)];
  if (all.length === 0) return xml;
  const { 0: piece, index } = dice.of(all);
  return xml.slice(0, index) + piece.repeat(dice.of([2, 3, 100])) + xml.slice(index + piece.length);
}

const values = [
  '',
  '0',
  'x',
  'a&amp;b',
  '&#10;',
  '18446744073709551615',
  '-1',
  '1e3',
  "'",
  'vda',
  'network',
  '\u202e',
];

function changeAttribute(xml: string, dice: Parameters<Mutation>[1]): string {
  const all = [...xml.matchAll(/\w+=(['"])[^'"<]*\1/g)];
  if (all.length === 0) return xml;
  const { 0: piece, index } = dice.of(all);
  const [name] = piece.split('=');
  const text = dice.of([
    `${name}="${dice.of(values)}"`,
    '',
    `${piece} ${piece}`,
    `x:${piece}`,
    `${name} = '${dice.of(values)}'`,
  ]);
  return xml.slice(0, index) + text + xml.slice(index + piece.length);
}

function changeElementText(xml: string, dice: Parameters<Mutation>[1]): string {
  const all = [...xml.matchAll(/>([^<>]*)<\//g)];
  if (all.length === 0) return xml;
  const { index, 1: text = '' } = dice.of(all);
  const now = dice.of([...values, '<!-- -->', '<![CDATA[1]]>', ' 5 ', '<a/>']);
  return xml.slice(0, index + 1) + now + xml.slice(index + 1 + text.length);
}
