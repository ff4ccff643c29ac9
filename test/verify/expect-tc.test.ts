import { describe, expect, it } from 'vitest';
import type { Bandwidth } from '../../src/domain/bandwidth.ts';
import type { InterfaceDefinition } from '../../src/domain/definition.ts';
import { interfaceEnforcer } from '../../src/domain/enforcement.ts';
import { expectTc, shapedDirection } from '../../src/verify/expect-tc.ts';
import type { HostFacts } from '../../src/verify/host-facts.ts';
import { wantedLimits } from '../../src/verify/wanted.ts';
import { bandwidth, facts, hosts, nic } from './example.ts';
import { lines } from './expected-lines.ts';

function expected(
  limits: Bandwidth,
  host: HostFacts = hosts.trixie,
  changes: Partial<InterfaceDefinition> = {},
): readonly string[] {
  const one = nic(changes);
  const device = { kind: 'interface', mac: one.mac } as const;
  return lines(expectTc(wantedLimits(device, limits, undefined, interfaceEnforcer(one)), one, host));
}

describe('tc on a tap', () => {
  it('has an htb class inbound and a policer outbound; the outbound peak is nowhere', () => {
    expect(expected(bandwidth)).toEqual([
      'tc tap1 class htb 1:1: rateBps=32768000 ceilBps=65536000 burstBytes=134217728±66',
      'tc tap1 police: rateBps=32768000 burstBytes=134217728±66',
    ]);
    const limits = { ...bandwidth, 'outbound.peak': 1 };
    expect(expected(limits)).toEqual(expected(bandwidth));
  });

  // Kernel 6.18 with iproute2 6.1, one tc command each.
  it.each([
    ['1111 kB/s', { 'inbound.average': 1111 }, 'rateBps=1111000 ceilBps=1111000 burstBytes=1599±3'],
    ['1500 kB/s', { 'inbound.average': 1500 }, 'rateBps=1500000 ceilBps=1500000 burstBytes=1597±3'],
    [
      'an exact 1 Gbit/s',
      { 'inbound.average': 125_000, 'inbound.peak': 250_000, 'inbound.burst': 12_500 },
      'rateBps=125000000 ceilBps=250000000 burstBytes=12800000±250',
    ],
    [
      'more than 1 Gbit/s, of which tc prints 1Gbit',
      { 'inbound.average': 125_001, 'inbound.burst': 1024 },
      'rateBps=125001000±1000 ceilBps=125001000±1000 burstBytes=1048383±251',
    ],
    ['600 MB/s', { 'inbound.average': 600_000 }, 'rateBps=600000000 ceilBps=600000000 burstBytes=600±1200'],
  ])('before iproute2 6.2 shows %s rounded', (_what, limits, values) => {
    expect(expected(limits, hosts.bookworm)[0]).toBe(`tc tap1 class htb 1:1: ${values}`);
  });

  it('takes as much burst as a second has where none is given outbound', () => {
    expect(expected({ 'outbound.average': 500 })[1]).toBe(
      'tc tap1 police: rateBps=500000 burstBytes=512000±1',
    );
  });

  it('prints the rate of a policer rounded on every version', () => {
    expect(expected({ 'outbound.average': 125_001, 'outbound.burst': 1 })[1]).toBe(
      'tc tap1 police: rateBps=125001000±1000 burstBytes=1024±251',
    );
  });

  it('has nothing where nothing is wanted', () => {
    expect(expected({})).toEqual(['tc tap1 class htb 1:1: absent', 'tc tap1 police: absent']);
    expect(expected({ 'inbound.peak': 5, 'outbound.burst': 5 })).toEqual([
      'tc tap1 class htb 1:1: absent',
      'tc tap1 police: absent',
    ]);
  });
});

describe('tc on a macvtap', () => {
  const macvtap = { type: 'direct', dev: 'macvtap0' };

  it('has it the other way round: the class outbound, the policer inbound', () => {
    expect(expected({ 'inbound.average': 1111, 'outbound.average': 2222 }, hosts.trixie, macvtap)).toEqual([
      'tc macvtap0 class htb 1:1: rateBps=2222000 ceilBps=2222000 burstBytes=1600±5',
      'tc macvtap0 police: rateBps=1111000 burstBytes=1137664±3',
    ]);
  });

  it('is left alone where nothing is wanted', () => {
    expect(expected({}, hosts.trixie, macvtap)).toEqual([]);
  });
});

describe('tc on a tap that somebody else made', () => {
  const ethernet = { type: 'ethernet', managed: false, dev: 'tap9' };
  const onOvs = facts({ ...hosts.trixie, ovsPorts: new Set(['tap9']) });

  it('has what libvirt thinks it has, also when the tap is a port of Open vSwitch', () => {
    expect(expected(bandwidth, onOvs, ethernet)).toEqual(expected(bandwidth, hosts.trixie, ethernet));
    expect(expected(bandwidth, onOvs, ethernet)).toHaveLength(2);
  });

  it('may have limits of Open vSwitch where none are wanted', () => {
    expect(expected({}, onOvs, ethernet)).toEqual([]);
    expect(expected({}, hosts.trixie, ethernet)).toHaveLength(2);
  });

  it.each([
    ['bridge', {}, {}, 'inbound'],
    ['direct', { type: 'direct' }, {}, 'outbound'],
    ['ethernet', ethernet, { libvirtVersion: 9_000_000 }, 'inbound'],
    ['ethernet of libvirt 7.0', ethernet, { libvirtVersion: 7_000_000 }, 'outbound'],
    [
      'ethernet on a macvtap',
      ethernet,
      { macvtaps: new Set(['tap9']), libvirtVersion: 10_000_000 },
      'outbound',
    ],
    [
      'ethernet on a macvtap of libvirt 9',
      ethernet,
      { macvtaps: new Set(['tap9']), libvirtVersion: 9_000_000 },
      'inbound',
    ],
    [
      'a macvtap that libvirt manages',
      { ...ethernet, managed: true },
      { macvtaps: new Set(['tap9']), libvirtVersion: 10_000_000 },
      'inbound',
    ],
  ] as const)('%s is shaped by htb %s', (_what, changes, host, direction) => {
    expect(shapedDirection(nic(changes), facts(host))).toBe(direction);
  });
});
