import { describe, expect, it } from 'vitest';
import type { HypervisorReader } from '../../src/ports/hypervisor.ts';
import { sampleCounters, threadGroups } from '../../src/workflow/sample-counters.ts';
import { definition as bare } from '../audit/example.ts';
import { hostOf } from '../host/host-of.ts';

const stats = {
  ...{ 'block.count': 2, 'block.0.name': 'vda', 'block.0.rd.bytes': 512, 'block.0.wr.bytes': 8 },
  ...{ 'block.0.rd.reqs': 1, 'block.0.wr.reqs': 2, 'block.1.name': 'sda', 'block.1.path': '/x' },
};
const hypervisor = { getDiskStats: async () => stats } as Partial<HypervisorReader> as HypervisorReader;
const disk = { target: 'vda', device: 'disk', type: 'file', source: '/a', hasThrottleFilters: false };
const definition = { ...bare, disks: [{ ...disk, iotune: { read_bytes_sec: 5 } }] };
const domain = { name: 'vm1', uuid: definition.uuid, id: 1 };
const now = () => new Date(1234);
const classes = 'tc -r -s -d class show dev tap1';
const filters = 'tc -r -s -d filter show dev tap1 parent ffff:';
const answers = {
  [classes]:
    'class htb 1:1 root leaf 2: prio 0 rate 8Mbit ceil 8Mbit burst 64Kb cburst 1600b \n Sent 820 bytes 10 pkt (dropped 0, overlimits 3 requeues 0) \n',
  [filters]:
    'filter protocol all pref 49152 u32 chain 0 fh 800::800 order 2048 key ht 800 bkt 0 flowid :1\n  match 00000000/00000000 at 0\n police 0x1 rate 4Mbit burst 64Kb mtu 64Kb [001f4000] action drop overhead 0b\n\tSent 90 bytes 1 pkts (dropped 1, overlimits 1)\n',
};

describe('counters of a running domain', () => {
  it('are read where its limits are', async () => {
    const folder = '/sys/fs/cgroup/a/libvirt/vcpu0';
    const host = hostOf(
      { [`${folder}/cpu.stat`]: 'usage_usec 7\nnr_periods 5\nnr_throttled 1\n' },
      {},
      answers,
    );
    const cgroups = threadGroups(
      [
        { subject: 'scope', knob: 'cpu.weight', path: '/sys/fs/cgroup/a/cpu.weight' },
        { subject: 'vcpu0', knob: 'cpu.max', path: `${folder}/cpu.max` },
      ],
      2,
    );
    expect(await sampleCounters({ hypervisor, host, now }, { domain, live: definition, cgroups })).toEqual({
      atMs: 1234,
      threads: [
        {
          subject: 'vcpu0',
          usedUs: 7,
          counters: { usage_usec: 7, nr_periods: 5, nr_throttled: 1 },
          evidence: { source: `${folder}/cpu.stat`, text: 'usage_usec 7 nr_periods 5 nr_throttled 1' },
        },
      ],
      interfaces: new Map([
        [
          'tap1',
          {
            shaped: {
              ...{ bytes: 820, packets: 10, dropped: 0, overlimits: 3 },
              evidence: {
                source: classes,
                text: 'Sent 820 bytes 10 pkt (dropped 0, overlimits 3 requeues 0)',
              },
            },
            policed: {
              ...{ bytes: 90, packets: 1, dropped: 1, overlimits: 1 },
              evidence: { source: filters, text: 'Sent 90 bytes 1 pkts (dropped 1, overlimits 1)' },
            },
          },
        ],
      ]),
      disks: new Map([
        [
          'vda',
          {
            ...{ readBytes: 512, writeBytes: 8, readRequests: 1, writeRequests: 2 },
            evidence: {
              source: 'virsh domstats vm1 --block',
              text: 'block.0.rd.bytes=512 block.0.wr.bytes=8 block.0.rd.reqs=1 block.0.wr.reqs=2',
            },
          },
        ],
      ]),
    });
  });

  it('tell CPU time on cgroup v1 in another file, in ns', async () => {
    const folder = '/sys/fs/cgroup/cpu/a/vcpu0';
    const files = {
      [`${folder}/cpu.stat`]: 'nr_periods 5\nnr_throttled 1\nthrottled_time 9\n',
      [`${folder}/cpuacct.usage`]: '7654321\n',
    };
    const cgroups = { version: 1, groups: [{ subject: 'vcpu0', folder }] } as const;
    const sample = await sampleCounters(
      { hypervisor, host: hostOf(files), now },
      { domain, live: definition, cgroups },
    );
    expect(sample.threads).toMatchObject([{ usedUs: 7654, counters: { throttled_time: 9 } }]);
    expect(sample.interfaces.get('tap1')).toEqual({});
  });

  it('are what libvirt tells, where the host is another one', async () => {
    const sample = await sampleCounters({ hypervisor, now }, { domain, live: definition });
    expect([sample.threads, sample.interfaces.size, [...sample.disks.keys()]]).toEqual([[], 0, ['vda']]);
  });

  it('are not asked of libvirt where no disk is limited', async () => {
    const never = { getDiskStats: () => Promise.reject(new Error('asked')) };
    const mute = never as Partial<HypervisorReader> as HypervisorReader;
    const sample = await sampleCounters({ hypervisor: mute, now }, { domain, live: bare });
    expect(sample.disks.size).toBe(0);
  });
});
