import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Bandwidth } from '../../src/domain/bandwidth.ts';
import { parseTcClasses } from '../../src/observed/tc-class.ts';
import { parseTcPolicers } from '../../src/observed/tc-policer.ts';
import { expectOvs } from '../../src/verify/expect-ovs.ts';
import { expectTc } from '../../src/verify/expect-tc.ts';
import type { Expectation } from '../../src/verify/expectation.ts';
import { judge } from '../../src/verify/judge.ts';
import type { Reading } from '../../src/verify/reading.ts';
import { wantedLimits } from '../../src/verify/wanted.ts';
import { hosts, nic } from './example.ts';

// What `virsh domiftune` came to on a tap and on an Open vSwitch port of two hypervisors: see the files.
const captures = (['bookworm', 'trixie'] as const).flatMap(kind => {
  const text = readFileSync(join(import.meta.dirname, 'captured', `tc-${kind}.txt`), 'utf8');
  return text
    .split('## ')
    .slice(1)
    .map(section => ({ kind, ...captured(section) }));
});

/** `inbound / outbound` as domiftune takes them, the classes of both devices, the policers of both. */
function captured(section: string) {
  const [title = '', ...lines] = section.trim().split('\n');
  const classes = lines.filter(line => /^(class|\[)/.test(line)).flatMap(parseTcClasses);
  const policers = lines
    .filter(line => line.startsWith('police'))
    .flatMap(line =>
      parseTcPolicers(`filter protocol all pref 1 matchall chain 0 handle 0x1\n ${line} drop`),
    );
  const [inbound = '', outbound = ''] = title.split(' / ');
  const [rate, ceil, burst] = inbound.split(',').map(Number);
  const [policed, , policedBurst] = outbound.split(',').map(Number);
  const limits: Bandwidth = {
    ...(rate && { 'inbound.average': rate }),
    ...(ceil && { 'inbound.peak': ceil }),
    ...(burst && { 'inbound.burst': burst }),
    ...(policed && { 'outbound.average': policed }),
    ...(policedBurst && { 'outbound.burst': policedBurst }),
  };
  return { title, limits, classes, policers };
}

type Capture = (typeof captures)[number];

function failing(expectations: readonly Expectation[], readings: readonly Reading[]): readonly string[] {
  const ofTc = expectations.filter(one => one.layer === 'tc');
  const verdicts = judge(ofTc, readings);
  return verdicts.filter(one => one.outcome !== 'pass').map(one => `${one.expectation.knob} ${one.differs}`);
}

function reading(
  knob: string,
  found: Capture['classes'][number] | Capture['policers'][number] | undefined,
): Reading {
  const { text = '', rateBps, burstBytes } = found ?? {};
  const ceilBps = found !== undefined && 'ceilBps' in found ? found.ceilBps : undefined;
  const values = {
    ...(rateBps !== undefined && { rateBps }),
    ...(ceilBps !== undefined && { ceilBps }),
    ...(burstBytes !== undefined && { burstBytes }),
  };
  return { layer: 'tc', subject: 'tap1', knob, values, evidence: { source: 'tc', text } };
}

describe.each(captures)('$kind with $title', ({ kind, limits, classes, policers }) => {
  const device = { kind: 'interface', mac: nic().mac } as const;

  it('has on a tap what is expected there', () => {
    const expected = expectTc(wantedLimits(device, limits, undefined, 'tap'), nic(), hosts[kind]);
    const root = classes.find(one => one.handle === '1:1' && one.parent === undefined);
    expect(failing(expected, [reading('class htb 1:1', root), reading('police', policers[0])])).toEqual([]);
  });

  it('has on an Open vSwitch port what is expected there, up to what Open vSwitch can count', () => {
    const wanted = wantedLimits(device, limits, undefined, 'ovs');
    const expected = expectOvs(wanted, nic({ virtualPort: 'openvswitch' }), hosts[kind]);
    const below = classes.find(one => one.parent === '1:fffe');
    const root = classes.find(one => one.handle === '1:fffe');
    const found = failing(expected, [
      reading('class htb 1:1 parent 1:fffe', below),
      reading('class htb 1:fffe', root),
      reading('police matchall', policers[1]),
    ]);
    expect(found).toEqual(limits['inbound.average'] === 16_000_000 ? beyondOvs[kind] : []);
  });
});

/** Rates of more than 32 bits of B/s: Open vSwitch 3.1 cuts them, 3.5 makes a wrong burst of them. */
const beyondOvs = {
  bookworm: [
    'class htb 1:fffe rateBps,ceilBps',
    'class htb 1:1 parent 1:fffe rateBps,ceilBps',
    'police matchall rateBps',
  ],
  trixie: ['police matchall burstBytes'],
} as const;
