import { describe, expect, it } from 'vitest';
import { checkHostRange, type HostCapabilities } from '../../src/domain/capabilities.ts';
import { readDomain } from '../../src/domain/read-domain.ts';
import { translateFlavor } from '../../src/domain/translate.ts';
import { flavorQuota } from '../../src/intent/flavor-quota.ts';

const bursts = {
  'quota:vif_inbound_average': '1',
  'quota:vif_inbound_burst': '269',
  'quota:vif_outbound_average': '1',
  'quota:vif_outbound_burst': '269',
};
const version = (major: number, minor: number): HostCapabilities => ({ iproute2: { major, minor } });

function refused(
  host: HostCapabilities,
  specs: Readonly<Record<string, string>> = bursts,
): readonly string[] {
  const found = checkHostRange(flavorQuota(specs).quota, host);
  return found.map(({ severity, code, path, args }) => `${severity} ${code} ${path} ${args?.max}`);
}

function refusedFor(devices: string, host: HostCapabilities): readonly string[] {
  const domain = readDomain(`<domain><name>d</name><devices>${devices}</devices></domain>`);
  const { diagnostics } = translateFlavor({ quota: flavorQuota(bursts).quota, domain, capabilities: host });
  return diagnostics.filter(one => one.code === 'burst-too-large').map(one => one.path);
}

const inbound = 'error burst-too-large quota:vif_inbound_burst 268';
const outbound = 'error burst-too-large quota:vif_outbound_burst 268';

describe('a burst that outlasts the clock of tc', () => {
  it.each<readonly [string, HostCapabilities, readonly string[]]>([
    ['is no error on a host that is not known', {}, []],
    ['is changed before iproute2 6.18', version(6, 17), []],
    ['is refused by a policer since 6.18', version(6, 18), [outbound]],
    ['is still changed by htb in 7.0', version(7, 0), [outbound]],
    ['is refused by both since 7.1', version(7, 1), [inbound, outbound]],
    ['and by 7.2', version(7, 2), [inbound, outbound]],
  ])('%s', (_what, host, expected) => {
    expect(refused(host)).toEqual(expected);
  });

  // What tc 7.2 of the lab says to `rate 1kbps burst Nkb`, and to 15 625 kB/s.
  it.each<readonly [average: string, burst: string, isRefused: boolean]>([
    ['1', '268', false],
    ['1', '269', true],
    ['1', '2004420', true],
    ['1', '2278197', true],
    ['1', '4194303', true],
    ['15625', '4194303', false],
    ['15624', '4194303', true],
  ])('%s kB/s with %s KiB: refused is %s', (average, burst, isRefused) => {
    const specs = { 'quota:vif_inbound_average': average, 'quota:vif_inbound_burst': burst };
    expect(refused(version(7, 2), specs)).toHaveLength(isRefused ? 1 : 0);
  });

  it('is nothing to tc without an average, or where Open vSwitch or nobody limits', () => {
    expect(refused(version(7, 2), { 'quota:vif_inbound_burst': '4194303' })).toEqual([]);
    const port =
      "<interface type='bridge'><mac address='52:54:00:00:00:01'/><virtualport type='openvswitch'/></interface>";
    const user = "<interface type='user'><mac address='52:54:00:00:00:02'/></interface>";
    expect(refusedFor(port + user, version(7, 2))).toEqual([]);
  });

  it('meets the policer on the other side of a macvtap', () => {
    const nic = (type: string) => `<interface type='${type}'><mac address='52:54:00:00:00:03'/></interface>`;
    expect(refusedFor(nic('bridge'), version(6, 18))).toEqual(['quota:vif_outbound_burst']);
    expect(refusedFor(nic('direct'), version(6, 18))).toEqual(['quota:vif_inbound_burst']);
    expect(refusedFor(nic('direct') + nic('bridge'), version(6, 18))).toHaveLength(2);
  });
});
