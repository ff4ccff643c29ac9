import { describe, expect, it } from 'vitest';
import { explainFlavor } from '../../src/explain/explain.ts';
import type { ExplainedKey, Step } from '../../src/explain/explanation.ts';
import type { ExplainHost } from '../../src/explain/situations.ts';
import { quotaKeys } from '../../src/intent/quota-keys.ts';

function explained(
  extraSpecs: Readonly<Record<string, string>>,
  more: { readonly host?: ExplainHost; readonly vcpus?: number } = {},
): readonly ExplainedKey[] {
  const flavor = { extraSpecs, ...(more.vcpus !== undefined && { vcpus: more.vcpus }) };
  return explainFlavor({ flavor, diagnostics: [], host: more.host ?? {} }).keys;
}

/** Layer, knob and value of a key's steps in one place, as short lines. */
function lines(key: ExplainedKey | undefined, place?: Step['place']): readonly string[] {
  return (key?.steps ?? [])
    .filter(step => step.place === place)
    .map(({ layer, knob, name, value, unit, printed, iproute2 }) =>
      [layer, knob, name, value, unit, printed, iproute2]
        .filter(part => part !== undefined && part !== '')
        .join(' '),
    );
}

const network = {
  'quota:vif_inbound_average': '32768',
  'quota:vif_inbound_peak': '65536',
  'quota:vif_inbound_burst': '131072',
};

describe('traffic into the guest: 32768 kB/s, 65536 kB/s at the peak, bursts of 131072 KiB', () => {
  const [average, peak, burst] = explained(network);

  it('is written by Nova and taken by libvirt as it is', () => {
    expect(lines(average)).toEqual([
      'nova <bandwidth><inbound average="32768"/></bandwidth> 32768',
      'libvirt inbound.average 32768 kB/s',
    ]);
    expect(average?.equals).toEqual([{ value: 262.144, unit: 'Mbit/s' }]);
  });

  it('is a class of htb on a tap', () => {
    expect(lines(average, 'tap')).toEqual(['tc class htb 1:1 rateBps 32768000 B/s 262144Kbit']);
    expect(lines(peak, 'tap')).toEqual(['tc class htb 1:1 ceilBps 65536000 B/s 524288Kbit']);
    expect(lines(burst, 'tap')).toEqual(['tc class htb 1:1 burstBytes 134217728 B 128Mb']);
  });

  it('is policed on a macvtap, where nothing comes of the peak', () => {
    expect(lines(average, 'macvtap')).toEqual(['tc police rateBps 32768000 B/s 262144Kbit']);
    expect(lines(burst, 'macvtap')).toEqual(['tc police burstBytes 134217728 B 128Mb']);
    expect(peak?.steps.find(step => step.place === 'macvtap')?.impossible).toContain('knows no peak');
  });

  it('is in the rows of Open vSwitch in bits, and in the classes that it makes of them', () => {
    expect(lines(average, 'ovs')).toEqual([
      'ovs qos type linux-htb',
      'ovs qos other_config:min-rate value 262144000 bit/s',
      'ovs qos queues:0 value attached',
      'ovs queue 0 other_config:min-rate value 262144000 bit/s',
      'tc class htb 1:1 parent 1:fffe rateBps 32768000 B/s 262144Kbit',
    ]);
    expect(lines(peak, 'ovs')).toEqual([
      'ovs qos other_config:max-rate value 524288000 bit/s',
      'ovs queue 0 other_config:max-rate value 524288000 bit/s',
      'tc class htb 1:fffe rateBps 65536000 B/s 524288Kbit',
      'tc class htb 1:fffe ceilBps 65536000 B/s 524288Kbit',
      'tc class htb 1:1 parent 1:fffe ceilBps 65536000 B/s 524288Kbit',
    ]);
    expect(lines(burst, 'ovs')).toEqual([
      'ovs qos other_config:burst value 1073741824 bit',
      'ovs queue 0 other_config:burst value 1073741824 bit',
      'tc class htb 1:1 parent 1:fffe burstBytes 134217728 B 128Mb',
    ]);
  });

  it('is enforced by nobody elsewhere', () => {
    const nowhere = average?.steps.find(step => step.place === 'unenforced');
    expect(nowhere?.impossible).toBe("nothing on the host limits an interface of type 'vhostuser'");
  });

  it('goes from unit to unit by whole factors and through the clock of tc', () => {
    const step = burst?.steps.find(one => one.place === 'tap');
    expect(step?.arithmetic).toEqual([
      { operation: 'start', value: 131_072, unit: 'KiB' },
      { operation: 'times', by: 1024, value: 134_217_728, unit: 'B' },
      { operation: 'ticks', by: 32_768_000, value: 64_000_000, unit: 'ticks of 64 ns' },
      { operation: 'bytes', by: 32_768_000, value: 134_217_728, unit: 'B' },
    ]);
  });
});

describe('traffic out of the guest', () => {
  const [average, burst] = explained({
    'quota:vif_outbound_average': '32768',
    'quota:vif_outbound_burst': '131072',
  });

  it('is policed on a tap and a class on a macvtap', () => {
    expect(lines(average, 'tap')).toEqual(['tc police rateBps 32768000 B/s 262144Kbit']);
    expect(lines(average, 'macvtap')).toEqual([
      'tc class htb 1:1 rateBps 32768000 B/s 262144Kbit',
      'tc class htb 1:1 ceilBps 32768000 B/s 262144Kbit',
    ]);
  });

  it('is in two columns of Open vSwitch, of which the second counts 1024 bits to the kbit', () => {
    expect(lines(average, 'ovs')).toEqual([
      'ovs ingress_policing_rate value 262144 kbit/s',
      'tc police matchall rateBps 32768000 B/s 262144Kbit',
    ]);
    expect(lines(burst, 'ovs')).toEqual([
      'ovs ingress_policing_burst value 1048576 kbit',
      'tc police matchall burstBytes 134217728 B 128Mb',
    ]);
  });
});

describe('a burst that tc rounds', () => {
  const specs = { 'quota:vif_inbound_average': '1111' };

  it('is told for both of its ways to count', () => {
    expect(lines(explained(specs)[0], 'tap').slice(2)).toEqual([
      'tc class htb 1:1 burstBytes 1599 B 1599b before 6.15',
      'tc class htb 1:1 burstBytes 1600 B 1600b 6.15 and later',
    ]);
  });

  it('is told for one of them when the version is given', () => {
    const host = { iproute2: { major: 6, minor: 1 } };
    expect(lines(explained(specs, { host })[0], 'tap').slice(2)).toEqual([
      'tc class htb 1:1 burstBytes 1599 B 1599b',
    ]);
  });
});

describe('cpu', () => {
  it('shares are written into both cgroups as they are, where they mean something else', () => {
    const [shares] = explained({ 'quota:cpu_shares': '512' });
    expect(lines(shares, 'cgroup v1')).toEqual(['cgroup cpu.shares shares 512']);
    expect(lines(shares, 'cgroup v2')).toEqual(['cgroup cpu.weight weight 512']);
    const times = shares?.steps.filter(step => step.layer === 'cgroup').map(step => step.equals[0]?.value);
    expect(times).toEqual([0.5, 5.12]);
  });

  it('a quota is per vCPU, in two files or in one', () => {
    const [quota, period] = explained(
      { 'quota:cpu_quota': '25000', 'quota:cpu_period': '50000' },
      { vcpus: 4 },
    );
    expect(lines(quota, 'cgroup v1')).toEqual(['cgroup cpu.cfs_quota_us quota 25000 µs']);
    expect(lines(period, 'cgroup v1')).toEqual(['cgroup cpu.cfs_period_us period 50000 µs']);
    expect(lines(quota, 'cgroup v2')).toEqual(['cgroup cpu.max quota 25000 µs 25000 50000']);
    expect(quota?.steps.at(-1)?.equals).toEqual([
      { value: 50, unit: '% of a core for each vCPU' },
      { value: 200, unit: '% for all 4' },
    ]);
  });

  it('a quota without a period is counted in the 100 ms of the kernel', () => {
    const [quota] = explained({ 'quota:cpu_quota': '50000' }, { host: { cgroupVersion: 2 } });
    expect(lines(quota, 'cgroup v2')).toEqual([
      'cgroup cpu.max quota 50000 µs 50000 100000',
      'cgroup cpu.max period 100000 µs 50000 100000',
    ]);
    expect(lines(quota, 'cgroup v1')).toEqual([]);
  });

  it('a negative quota is none', () => {
    const [quota] = explained({ 'quota:cpu_quota': '-1' });
    expect(lines(quota, 'cgroup v2')[0]).toBe('cgroup cpu.max quota max µs max 100000');
    expect(lines(quota, 'cgroup v1')[0]).toBe('cgroup cpu.cfs_quota_us quota max µs -1');
  });
});

it('a disk limit has the name of the throttle in QEMU', () => {
  const [bytes, operations] = explained({
    'quota:disk_read_bytes_sec': '1048576',
    'quota:disk_total_iops_sec': '500',
  });
  expect(lines(bytes).slice(2)).toEqual(['qemu bps_rd value 1048576 bytes/s']);
  expect(bytes?.equals).toEqual([{ value: 1, unit: 'MiB/s' }]);
  expect(lines(operations).slice(2)).toEqual(['qemu iops value 500 operations/s']);
});

describe('what is refused', () => {
  it.each([
    ['quota:cpu_shares', 'many', 'nova', 'build'],
    ['quota:cpu_shares', '0', 'libvirt', 'start'],
    ['quota:cpu_period', '999', 'libvirt', 'define'],
    ['quota:disk_read_bytes_sec', '1_000', 'libvirt', 'define'],
    ['quota:disk_read_bytes_sec', '1000000000000001', 'libvirt', 'define'],
    ['quota:vif_inbound_average', '-5', 'libvirt', 'define'],
    ['quota:vif_inbound_average', '50331648000', 'tc', 'start'],
  ] as const)('%s=%s: by %s, at %s, and no layer behind is told of', (name, value, layer, when) => {
    const [key] = explained({ [name]: value });
    expect(key?.refusal).toEqual({ layer, when });
    expect(key?.diagnostics.map(one => one.severity)).toContain('error');
    expect(key?.steps.filter(step => step.layer !== 'nova')).toEqual([]);
  });

  it('a weight above what cgroup v2 takes, when that is the host', () => {
    const host = { cgroupVersion: 2 } as const;
    expect(explained({ 'quota:cpu_shares': '20000' }, { host })[0]?.refusal).toEqual({
      layer: 'cgroup',
      when: 'start',
    });
    expect(
      explained({ 'quota:cpu_shares': '20000' }, { host: { cgroupVersion: 1 } })[0]?.refusal,
    ).toBeUndefined();
  });

  it('a weight that only one kind of host takes: shown there, and why not on the other', () => {
    const [shares] = explained({ 'quota:cpu_shares': '20000' });
    expect(lines(shares, 'cgroup v1')).toEqual(['cgroup cpu.shares shares 20000']);
    expect(shares?.steps.find(step => step.place === 'cgroup v2')).toMatchObject({
      impossible: 'the guest does not start here, since cgroup v2 takes 2–10000',
    });
    const [one] = explained({ 'quota:cpu_shares': '1' });
    expect(one?.diagnostics.map(found => found.severity)).toEqual(['warning']);
    expect(one?.steps.find(step => step.place === 'cgroup v1')?.impossible).toContain('takes 2–262144');
    expect(lines(one, 'cgroup v2')).toEqual(['cgroup cpu.weight weight 1']);
  });

  it('a weight of 1 on cgroup v2 by libvirt 9.0, which holds it against the range of v1', () => {
    const on = (libvirtVersion: number) =>
      explained({ 'quota:cpu_shares': '1' }, { host: { cgroupVersion: 2, libvirtVersion } })[0]?.refusal;
    expect(on(9_000_000)).toEqual({ layer: 'libvirt', when: 'define' });
    expect(on(9_001_000)).toBeUndefined();
  });

  it('a key of our own, as a translation refuses it', () => {
    const [swap] = explained({ 'virt-quota:memory_swap_hard_limit': '1048576' });
    expect(swap?.diagnostics.map(found => `${found.severity} ${found.code}`)).toEqual([
      'error swap-below-hard',
    ]);
  });

  it('total together with read, at the key that is too much', () => {
    const keys = explained({ 'quota:disk_total_iops_sec': '5', 'quota:disk_read_iops_sec': '5' });
    expect(keys[0]?.refusal).toEqual({ layer: 'libvirt', when: 'define' });
  });
});

describe('what nobody enforces', () => {
  it('a key of the VMware driver, an unknown one, and one that another one overrides have no steps', () => {
    const keys = explained({
      'quota:cpu_limit': '5',
      'quota:nonsense': '5',
      'quota:disk_read_iops_sec': '5',
      'quota:disk_read_iops_sec:again': '6',
    });
    expect(keys.map(key => key.steps.length > 0)).toEqual([false, false, false, true]);
    expect(keys.map(key => key.diagnostics[0]?.code)).toEqual([
      'vmware-only',
      'unknown-key',
      'overridden',
      'extra-scope',
    ]);
  });

  it('a burst without average: Nova leaves it out', () => {
    const [burst] = explained({ 'quota:vif_inbound_burst': '5' });
    expect(lines(burst)).toEqual(['nova <bandwidth>']);
  });

  it('keys of other namespaces are not told of', () => {
    expect(explained({ 'hw:cpu_policy': 'dedicated' })).toEqual([]);
  });
});

it('every key of libvirt reaches an enforcer, and every step names its source and a command', () => {
  const keys = quotaKeys
    .filter(key => key.consumer === 'libvirt' && !key.key.includes('total'))
    .map(key => key.key);
  const all = explained(Object.fromEntries(keys.map(key => [key, '5000'])));
  const layers = all.map(key => new Set(key.steps.map(step => step.layer)));
  expect(layers.filter(one => one.has('nova') && one.has('libvirt') && one.size > 2)).toHaveLength(13);
  const silent = all
    .flatMap(key => key.steps)
    .filter(step => step.source === '' && step.impossible === undefined);
  expect(silent).toEqual([]);
});
