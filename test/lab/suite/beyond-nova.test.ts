import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Domain, removeDomain, startDomain } from '../domains.ts';
import { type FromOutside, fromOutside, quotaOf } from '../from-outside.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { kinds } from '../kinds.ts';
import { labHypervisor, releaseHypervisor } from '../start.ts';
import { flavorText, scopeOf } from '../virt-quota.ts';

// What Nova has no extra specs for: set on a running domain, and looked at in the cgroups by hand.
const name = 'instance-000000f1';
let hypervisor: Hypervisor;
let domain: Domain;
let outside: FromOutside;
let groups: Groups;

/** Folders of the domain: of its weights, and of its memory and block I/O limits. */
interface Groups {
  readonly cpu: string;
  readonly memory: string;
  readonly blkio: string;
}

const asked = [
  'virt-quota:emulator_quota=50000',
  'virt-quota:iothread_period=50000',
  'virt-quota:iothread_quota=40000',
  'virt-quota:global_quota=400000',
  'virt-quota:memory_hard_limit=1048577',
  'virt-quota:memory_soft_limit=524288',
  'virt-quota:blkio_device_read_bytes_sec=/dev/vda=1048576',
  'virt-quota:blkio_device_write_iops_sec=/dev/vda=100',
  'quota:disk_total_bytes_sec=1000000',
  'quota:disk_total_iops_sec=100',
  'virt-quota:disk_total_bytes_sec_max=2000000',
  'virt-quota:disk_total_bytes_sec_max_length=5',
  'virt-quota:disk_size_iops_sec=4096',
  'virt-quota:disk_group_name=both',
];
/** With the weight where it can be had. */
const weighed = () => (isV2() ? [...asked, 'virt-quota:blkio_weight=500'] : asked);

beforeAll(async () => {
  hypervisor = await labHypervisor();
  domain = await startDomain(hypervisor, {
    name,
    disks: [{ format: 'qcow2' }, { format: 'qcow2' }],
    nics: [{ kind: 'bridge' }],
  });
  await hypervisor.shell(`virsh --quiet iothreadadd ${name} 1 --live`);
  outside = await fromOutside(hypervisor, flavorText);
  const cpu = await scopeOf(hypervisor, name);
  const beside = (controller: string) => (isV2() ? cpu : cpu.replace('cpu,cpuacct', controller));
  groups = { cpu, memory: beside('memory'), blkio: beside('blkio') };
});

afterAll(async () => {
  await outside?.close();
  await removeDomain(hypervisor, domain);
  await hypervisor.shell('rmmod bfq 2>/dev/null || true');
  await releaseHypervisor(hypervisor);
});

const isV2 = () => kinds[hypervisor.kind].cgroup === 2;

/** The text of files, each on one line. */
async function cat(...files: readonly string[]): Promise<readonly string[]> {
  const script = files.map(file => `tr '\\n' ' ' <'${file}'; echo`).join('\n');
  const lines = (await hypervisor.shell(script)).split('\n');
  return lines.slice(0, files.length).map(line => line.trim());
}

const codes = (result: { readonly plan: { readonly diagnostics: readonly { readonly code: string }[] } }) =>
  result.plan.diagnostics.map(found => found.code);

describe('what this host cannot do', () => {
  test('weights of single devices are refused: they would end libvirtd', async () => {
    const daemon = await hypervisor.shell('pidof libvirtd');
    const result = await outside.apply(name, quotaOf('virt-quota:blkio_device_weight=/dev/vda=200'));
    expect({ outcome: result.outcome, codes: codes(result) }).toEqual({
      outcome: 'refused',
      codes: ['device-weight-breaks'],
    });
    expect(await hypervisor.shell('pidof libvirtd')).toBe(daemon);
  });

  test('a weight is refused where no scheduler of the kernel knows any', async () => {
    const none = await hypervisor.shell(
      `ls '${groups.blkio}' | grep -E '^(blk)?io\\.(bfq\\.)?weight$' || true`,
    );
    expect(none.trim()).toBe(isV2() ? 'io.weight' : '');
    if (isV2()) return;
    const result = await outside.apply(name, quotaOf('virt-quota:blkio_weight=500'));
    expect({ outcome: result.outcome, codes: codes(result) }).toEqual({
      outcome: 'refused',
      codes: ['no-such-control'],
    });
  });

  test('a device that is not there is refused', async () => {
    const result = await outside.apply(name, quotaOf('virt-quota:blkio_device_read_bytes_sec=/dev/nope=5'));
    expect({ outcome: result.outcome, codes: codes(result) }).toEqual({
      outcome: 'refused',
      codes: ['no-such-control'],
    });
  });

  test('a hard limit below the memory of the guest is refused', async () => {
    const result = await outside.apply(name, quotaOf('virt-quota:memory_hard_limit=65535'));
    expect({ outcome: result.outcome, codes: codes(result) }).toEqual({
      outcome: 'refused',
      codes: ['little-memory'],
    });
  });
});

describe('everything at once', () => {
  test('without a weight where systemd would move QEMU for it', async () => {
    await hypervisor.shell('modprobe bfq');
    if (isV2()) return;
    const result = await outside.apply(name, quotaOf('virt-quota:blkio_weight=500'));
    expect({ outcome: result.outcome, codes: codes(result) }).toEqual({
      outcome: 'refused',
      codes: ['weight-strays'],
    });
  });

  test('is set on the running domain, and holds', async () => {
    const { outcome, failure } = await outside.apply(name, quotaOf(...weighed()));
    expect({ outcome, failure }).toEqual({ outcome: 'applied', failure: undefined });
    const { failing, undecided } = await outside.verify(name, quotaOf(...weighed()));
    expect({ failing, undecided }).toEqual({ failing: [], undecided: [] });
  });

  test('is in the cgroups, as anybody can see', async () => {
    const { cpu, memory, blkio } = groups;
    if (isV2()) {
      const files = [
        ...['emulator', 'iothread1'].map(group => `${cpu}/libvirt/${group}/cpu.max`),
        ...['cpu.max', 'memory.max', 'memory.high', 'io.max'].map(file => `${cpu}/libvirt/${file}`),
        ...['io.weight', 'io.bfq.weight'].map(file => `${cpu}/${file}`),
      ];
      expect(await cat(...files)).toEqual([
        '50000 100000',
        '40000 50000',
        '400000 100000',
        '1073741824',
        '536870912',
        '254:0 rbps=1048576 wbps=max riops=max wiops=100',
        'default 500',
        'default 136',
      ]);
      return;
    }
    const files = [
      `${cpu}/libvirt/emulator/cpu.cfs_quota_us`,
      ...['cpu.cfs_quota_us', 'cpu.cfs_period_us'].map(file => `${cpu}/libvirt/iothread1/${file}`),
      `${cpu}/libvirt/cpu.cfs_quota_us`,
      `${memory}/libvirt/memory.limit_in_bytes`,
      `${memory}/libvirt/memory.soft_limit_in_bytes`,
      `${blkio}/libvirt/blkio.throttle.read_bps_device`,
      `${blkio}/libvirt/blkio.throttle.write_iops_device`,
    ];
    expect(await cat(...files)).toEqual([
      '50000',
      '40000',
      '50000',
      '400000',
      '1073741824',
      '536870912',
      '254:0 1048576',
      '254:0 100',
    ]);
  });

  test('is in QEMU: bursts, and one bucket for both disks', async () => {
    const text = await hypervisor.shell(`virsh blkdeviotune ${name} vdb --live`);
    const values = new Map(
      text.split('\n').map(line => line.split(':').map(word => word.trim()) as [string, string]),
    );
    const names = [
      'total_bytes_sec',
      'total_bytes_sec_max',
      'total_bytes_sec_max_length',
      'size_iops_sec',
      'group_name',
    ];
    expect(names.map(one => values.get(one))).toEqual(['1000000', '2000000', '5', '4096', 'both']);
  });

  test('is not set again', async () => {
    expect((await outside.apply(name, quotaOf(...weighed()))).outcome).toBe('unchanged');
  });
});

interface Breakage {
  readonly what: string;
  readonly script: () => string;
  /** `layer subject knob` of the one verdict that must fail. */
  readonly knob: () => string;
}

const breakages: readonly Breakage[] = [
  {
    what: 'the memory of the domain',
    script: () =>
      isV2()
        ? `echo 900000000 >'${groups.memory}/libvirt/memory.max'`
        : `echo 900000000 >'${groups.memory}/libvirt/memory.limit_in_bytes'`,
    knob: () => `cgroup libvirt ${isV2() ? 'memory.max' : 'memory.limit_in_bytes'}`,
  },
  {
    what: 'a device of the host',
    script: () =>
      isV2()
        ? `echo '254:0 rbps=max' >'${groups.blkio}/libvirt/io.max'`
        : `echo '254:0 0' >'${groups.blkio}/libvirt/blkio.throttle.read_bps_device'`,
    knob: () => `cgroup /dev/vda ${isV2() ? 'io.max' : 'blkio.throttle.read_bps_device'}`,
  },
  {
    what: 'the weight, or the emulator where there is none',
    script: () =>
      isV2()
        ? `echo 'default 77' >'${groups.blkio}/io.weight'`
        : `echo 30000 >'${groups.cpu}/libvirt/emulator/cpu.cfs_quota_us'`,
    knob: () => (isV2() ? 'cgroup scope io.weight' : 'cgroup emulator cpu.cfs_quota_us'),
  },
  {
    what: 'the I/O thread',
    script: () =>
      isV2()
        ? `echo '30000 50000' >'${groups.cpu}/libvirt/iothread1/cpu.max'`
        : `echo 30000 >'${groups.cpu}/libvirt/iothread1/cpu.cfs_quota_us'`,
    knob: () => `cgroup iothread1 ${isV2() ? 'cpu.max' : 'cpu.cfs_quota_us'}`,
  },
];

describe.each(breakages)('$what, changed behind the back of libvirt', ({ script, knob }) => {
  test('is named by verify alone, and set right by apply', async () => {
    await hypervisor.shell(script());
    const { failing, undecided } = await outside.verify(name, quotaOf(...weighed()));
    expect({ failing, undecided }).toEqual({ failing: [knob()], undecided: [] });
    const { outcome, failure } = await outside.apply(name, quotaOf(...weighed()));
    expect({ outcome, failure }).toEqual({ outcome: 'applied', failure: undefined });
  });
});

describe('what fails half-way', () => {
  test('takes back all that was set before it', async () => {
    const other = [
      'virt-quota:memory_hard_limit=2097152',
      ...(isV2() ? ['virt-quota:blkio_weight=300'] : []),
      'virt-quota:blkio_device_read_bytes_sec=/dev/vda=5000000',
      'quota:vif_inbound_average=1000',
    ];
    await hypervisor.shell(`tc=$(readlink -f "$(command -v tc)"); cp "$tc" /root/tc.real
printf '#!/bin/sh\\ncase "$*" in *"class add"*) echo broken >&2; exit 1;; esac\\nexec /root/tc.real "$@"\\n' >/root/tc.broken
chmod 755 /root/tc.broken; mount --bind /root/tc.broken "$tc"`);
    const { outcome, left } = await outside.apply(name, quotaOf(...other));
    await hypervisor.shell('umount "$(readlink -f "$(command -v tc)")"');
    expect({ outcome, left }).toEqual({ outcome: 'rolled-back', left: undefined });
    const { failing, undecided } = await outside.verify(name, quotaOf(...weighed()));
    expect({ failing, undecided }).toEqual({ failing: [], undecided: [] });
  });
});

describe('taken away again', () => {
  test('nothing limits any more, and the disks are out of their group', async () => {
    const lifted = weighed()
      .filter(one => !/weight|group_name/.test(one))
      .map(one => one.replace(/=\d+$/, '=0'));
    const { outcome, failure } = await outside.apply(name, quotaOf(...lifted));
    expect({ outcome, failure }).toEqual({ outcome: 'applied', failure: undefined });
    const { memory, blkio } = groups;
    const files = isV2()
      ? [`${memory}/libvirt/memory.max`, `${blkio}/libvirt/io.max`]
      : [`${memory}/libvirt/memory.limit_in_bytes`, `${blkio}/libvirt/blkio.throttle.read_bps_device`];
    expect(await cat(...files)).toEqual(isV2() ? ['max', ''] : ['9223372036854771712', '']);
    expect(await hypervisor.shell(`virsh dumpxml ${name}`)).not.toMatch(/group_name|hard_limit|\/dev\/vda/);
  });
});
