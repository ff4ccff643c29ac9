import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDomain } from '../../src/domain/read-domain.ts';
import { applyTuningToXml } from '../../src/domain/render.ts';
import type { DomainTuning } from '../../src/domain/tuning.ts';
import { QuotaError } from '../../src/errors.ts';
import { type Connection, connect, LibvirtError } from '../../src/libvirt/index.ts';
import { type PrivateLibvirtd, startPrivateLibvirtd } from '../libvirtd.ts';
import { domain, hostileDomains } from './hostile.ts';

const tuning: DomainTuning = [{ device: { kind: 'cpu' }, limits: { cpu_shares: 77 }, because: {} }];
const read = hostileDomains.filter(one => one.refused === undefined);
const refused = hostileDomains.filter(one => one.refused !== undefined);
const sendable = hostileDomains.filter(one => one.libvirt !== 'unsendable');

let daemon: PrivateLibvirtd;
let libvirt: Connection;

beforeAll(async () => {
  daemon = await startPrivateLibvirtd();
  libvirt = await connect(daemon.uri('default'));
});

afterAll(async () => {
  await libvirt?.close();
  await daemon?.stop();
});

/** The `<shares>` that libvirt keeps of a domain, or undefined when it refuses it. */
async function sharesKept(xml: string): Promise<string | undefined> {
  try {
    const defined = await libvirt.defineXml(xml);
    const stored = await libvirt.getXml(defined, { inactive: true });
    await libvirt.undefine(defined);
    return /<cputune>[\s\S]*<shares>(\d+)<\/shares>/.exec(stored)?.[1] ?? 'none';
  } catch (error) {
    if (error instanceof LibvirtError && error.vir !== undefined) return undefined;
    throw error;
  }
}

describe(`hostile domains: libvirt itself says to ${sendable.length} of ${hostileDomains.length}`, () => {
  it.each(sendable)('$name: $libvirt', async ({ xml, libvirt: said }) => {
    expect((await sharesKept(xml)) === undefined ? 'refuses it' : 'takes it').toBe(said);
  });
});

describe(`${refused.length} hostile domains are refused, with the place`, () => {
  it.each(refused)('$name', ({ xml, refused: message = '' }) => {
    for (const use of [readDomain, (text: string) => applyTuningToXml(text, tuning)]) {
      expect(() => use(xml)).toThrow(QuotaError);
      expect(() => use(xml)).toThrow(message);
    }
  });
});

describe(`${read.length} hostile domains are edited, every other byte kept`, () => {
  it.each(read)('$name', async ({ xml }) => {
    const shares = (await sharesKept(xml)) ?? '';
    expect(String(readDomain(xml).cputune.cpu_shares ?? 'none')).toBe(shares);
    const edited = applyTuningToXml(xml, tuning);
    const { prefix, suffix } = shared(xml, edited);
    expect(xml.slice(prefix, xml.length - suffix)).toMatch(/^(?!.*cputune)[\s\S]{0,40}$/);
    expect(edited.slice(prefix, edited.length - suffix)).toMatch(/^[^-!?]*77[^-!?]*$/);
    expect(await sharesKept(edited)).toBe('77');
    expect(applyTuningToXml(edited, tuning)).toBe(edited);
  });
});

/** How much two texts have in common at both ends. */
function shared(one: string, other: string): { readonly prefix: number; readonly suffix: number } {
  const most = Math.min(one.length, other.length);
  let prefix = 0;
  while (prefix < most && one[prefix] === other[prefix]) prefix += 1;
  let suffix = 0;
  while (suffix < most - prefix && one.at(-1 - suffix) === other.at(-1 - suffix)) suffix += 1;
  return { prefix, suffix };
}

const mebibyte = 1024 * 1024;
const laughs = Array.from({ length: 20 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join('');

type Large = readonly [name: string, xml: () => string, refused?: RegExp];

/** As large as anything that is read at all, or larger. */
const large: readonly Large[] = [
  ['a billion laughs', () => `<!DOCTYPE d [<!ENTITY l0 "ha">${laughs}]><d>&l20;</d>`, /DOCTYPE/],
  ['4 MiB of references', () => domain(`<title>${'&amp;'.repeat(0.79 * mebibyte)}</title>`)],
  ['4 MiB of references in an attribute', () => domain(`<title a='${'&#65;'.repeat(0.79 * mebibyte)}'/>`)],
  ['16 MiB of references', () => domain(`<title>${'&amp;'.repeat(3.2 * mebibyte)}</title>`), /too large/],
  ['4 MiB of comments', () => domain('<!---->'.repeat(0.5 * mebibyte))],
  ['4 MiB of CDATA', () => domain(`<title>${'<![CDATA[]]>'.repeat(0.3 * mebibyte)}</title>`)],
  ['4 MiB of instructions', () => domain('<?x ?>'.repeat(0.6 * mebibyte))],
  ['4 MiB of comments that never end', () => domain('<!--'.repeat(0.9 * mebibyte)), /line 2, column 1/],
  ['4 MiB of white space in a tag', () => domain('', ' '.repeat(3.9 * mebibyte))],
  ['a name of 2 MiB', () => domain(`<${'a'.repeat(1.9 * mebibyte)}></${'a'.repeat(1.9 * mebibyte)}>`)],
  ['an attribute of 4 MiB', () => domain(`<title a='${'x'.repeat(3.9 * mebibyte)}'/>`)],
  ['4 MiB of square brackets', () => domain(`<title>${']'.repeat(3.9 * mebibyte)}</title>`)],
  [
    '250 levels of a hundred thousand elements',
    () => domain(`${'<a>'.repeat(250)}${'<b></b>'.repeat(99_000)}${'</a>'.repeat(250)}`),
  ],
  ['a million levels', () => domain('<a>'.repeat(mebibyte)), /more than 256 levels/],
  ['half a million elements', () => domain('<a/>'.repeat(mebibyte / 2)), /more than 100000 elements/],
  [
    '400 elements with a thousand attributes',
    () => domain(`<a ${Array.from({ length: 1000 }, (_, n) => `a${n}=''`).join(' ')}/>`.repeat(400)),
  ],
];

/** Seconds on a machine that has something else to do as well; alone it takes a fifth of that. */
const patience = 10;

describe(`what is large is read or refused within ${patience} s`, () => {
  it.each(large.map(([name, make, message]) => ({ name, make, message })))(
    '$name',
    ({ make, message }) => {
      const xml = make();
      const begin = performance.now();
      if (message === undefined) expect(readDomain(xml).name).toBe('hostile');
      else expect(() => readDomain(xml)).toThrow(message);
      expect((performance.now() - begin) / 1000).toBeLessThan(patience);
    },
    60_000,
  );
});
