import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { htbTree } from '../../src/backend/htb-tree.ts';
import { parseHostProfile } from '../../src/intent/host-profile.ts';
import { renderHtbSvg } from '../../src/report/htb-tree-svg.ts';
import { renderHtbTree } from '../../src/report/htb-tree-text.ts';
import { rateText } from '../../src/report/rate-text.ts';
import { plainPaint } from '../../src/report/table.ts';
import { locate } from '../../src/xml/locate.ts';

const sample = readFileSync(join(import.meta.dirname, '../../samples/profiles/uplink.yaml'), 'utf8');
const { profile } = parseHostProfile(sample);

describe('a profile', () => {
  it('is drawn as a tree of lines', () => {
    expect(renderHtbTree(htbTree(profile), profile, plainPaint)).toBe(`\
eth1  htb 1:  default 1:40  PRIO  GUARANTEE         CEILING            QUEUE     TAKES
└─ 1:1  link 10 Gbit/s
   ├─ 1:10  voice           0     1 Gbit/s (10 %)   2 Gbit/s (20 %)    sfq       EF, VA, CS5
   ├─ 1:20  control         1     500 Mbit/s (5 %)  10 Gbit/s (100 %)  fq_codel  CS6, CS7, tcp 6640-6642
   ├─ 1:30  storage         4     4 Gbit/s (40 %)   8 Gbit/s (80 %)    fq_codel  AF21, AF22, AF23, tcp 3260 6789 6800-7300
   ├─ 1:40  best-effort     3     3 Gbit/s (30 %)   10 Gbit/s (100 %)  fq_codel  everything else
   └─ 1:50  scavenger       7     100 Mbit/s (1 %)  5 Gbit/s (50 %)    fq_codel  LE, CS1
`);
  });

  it('is drawn as a picture whose bars have the lengths of the rates', () => {
    const svg = renderHtbSvg(htbTree(profile), profile);
    expect(() => locate(svg, 'picture')).not.toThrow();
    const solid = [...svg.matchAll(/width="([\d.]+)" height="18" rx="3" fill="#2f6f9f"/g)].map(
      match => match[1],
    );
    const dashed = [...svg.matchAll(/width="([\d.]+)" height="18" rx="3" fill="none"/g)].map(
      match => match[1],
    );
    expect(solid).toEqual(['42', '21', '168', '126', '4.2']);
    expect(dashed).toEqual(['84', '420', '336', '420', '210']);
    expect(svg).toContain('>storage</text>');
  });

  it('stays well-formed whatever the device is called', () => {
    const odd = { ...profile, uplink: '<&">\u0001' };
    const svg = renderHtbSvg(htbTree(odd), odd);
    expect(() => locate(svg, 'picture')).not.toThrow();
    expect(svg).toContain('&lt;&amp;&quot;&gt;\ufffd');
  });
});

describe('a rate', () => {
  it.each([
    [1, '1 bit/s'],
    [1500, '1.5 kbit/s'],
    [1_234_567, '1234.567 kbit/s'],
    [2_500_000_000, '2.5 Gbit/s'],
    [1_000_000_000_000, '1 Tbit/s'],
  ])('of %i is told as %s', (bits, text) => {
    expect(rateText(bits)).toBe(text);
  });
});
