import { describe, expect, it } from 'vitest';
import {
  deviceLine,
  parseCfsQuota,
  parseCount,
  parseCpuMax,
  parseIoMax,
  parseIoWeight,
  parseMemoryLimit,
} from '../../src/observed/cgroup-knob.ts';
import {
  locateControllerCgroup,
  locateDomainCgroup,
  parseCgroupMounts,
  parseMemberships,
} from '../../src/observed/cgroup-path.ts';

const v2Mounts = `sysfs /sys sysfs rw,nosuid 0 0
cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid,nodev,noexec,relatime,nsdelegate,memory_recursiveprot 0 0
`;
const v1Mounts = `tmpfs /sys/fs/cgroup tmpfs ro,nosuid,nodev,noexec,size=4096k,nr_inodes=1024,mode=755 0 0
cgroup /sys/fs/cgroup/systemd cgroup rw,relatime,xattr,name=systemd 0 0
cgroup /sys/fs/cgroup/cpuset cgroup rw,relatime,cpuset 0 0
cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,relatime,cpu,cpuacct 0 0
`;
const hybridMounts = `${v1Mounts}cgroup2 /sys/fs/cgroup/unified cgroup2 rw,relatime,nsdelegate 0 0\n`;

const scope = '/machine.slice/machine-qemu\\x2d1\\x2dinstance\\x2d00000041.scope';

function located(membership: string, mounts: string) {
  return locateDomainCgroup(parseMemberships(membership), parseCgroupMounts(mounts));
}

describe("a domain's cgroup", () => {
  it('is above libvirt/emulator on cgroup v2', () => {
    expect(located(`0::${scope}/libvirt/emulator\n`, v2Mounts)).toEqual({
      version: 2,
      scope: `/sys/fs/cgroup${scope}`,
      nested: `/sys/fs/cgroup${scope}/libvirt`,
      path: `${scope}/libvirt`,
      above: [
        { name: '/', folder: '/sys/fs/cgroup' },
        { name: 'machine.slice', folder: '/sys/fs/cgroup/machine.slice' },
      ],
    });
  });

  it('is not in a path that is longer than any of the kernel', () => {
    const path = `/a${'/b'.repeat(200_000)}/libvirt/emulator`;
    expect(located(`0::${path}\n`, v2Mounts)).toBeUndefined();
    expect(located(`0::/${'b'.repeat(3000)}/libvirt/emulator\n`, v2Mounts)?.version).toBe(2);
  });

  it("is found as well where the thread is in a vCPU's or an I/O thread's group", () => {
    for (const group of ['vcpu3', 'iothread1']) {
      expect(located(`0::${scope}/libvirt/${group}\n`, v2Mounts)?.nested).toBe(
        `/sys/fs/cgroup${scope}/libvirt`,
      );
    }
  });

  it('is in the hierarchy with the cpu controller on cgroup v1', () => {
    const membership = `11:memory:${scope}/libvirt
5:cpuset:${scope}/libvirt/emulator
4:cpu,cpuacct:${scope}/libvirt/emulator
1:name=systemd:${scope}
0::/
`;
    const place = {
      version: 1,
      scope: `/sys/fs/cgroup/cpu,cpuacct${scope}`,
      nested: `/sys/fs/cgroup/cpu,cpuacct${scope}/libvirt`,
      path: `${scope}/libvirt`,
      above: [{ name: 'machine.slice', folder: '/sys/fs/cgroup/cpu,cpuacct/machine.slice' }],
    };
    expect(located(membership, v1Mounts)).toEqual(place);
    expect(located(membership, hybridMounts)).toEqual(place);
  });

  it('has no libvirt level without machined', () => {
    expect(located('0::/machine/qemu-1-nosd-1.libvirt-qemu/emulator\n', v2Mounts)).toMatchObject({
      version: 2,
      scope: '/sys/fs/cgroup/machine/qemu-1-nosd-1.libvirt-qemu',
      nested: '/sys/fs/cgroup/machine/qemu-1-nosd-1.libvirt-qemu',
    });
  });

  it('is not mistaken when its slice or its own name begins with libvirt', () => {
    expect(located('0::/libvirt.slice/libvirt-vm.scope/libvirt/emulator\n', v2Mounts)?.scope).toBe(
      '/sys/fs/cgroup/libvirt.slice/libvirt-vm.scope',
    );
    expect(located('0::/machine/libvirt-qemu/emulator\n', v2Mounts)?.scope).toBe(
      '/sys/fs/cgroup/machine/libvirt-qemu',
    );
  });

  it.each([
    ['the process is where the daemon is', '0::/system.slice/libvirtd.service\n'],
    ['the process is outside of our cgroup namespace', '0::/../machine.slice/x.scope/libvirt/emulator\n'],
    ['there is no line', ''],
    ['the lines are something else', '0:/x\nabc\n0::relative\n'],
  ])('is not known when %s', (_why, membership) => {
    expect(located(membership, v2Mounts)).toBeUndefined();
  });

  it('is not known when nothing is mounted', () => {
    expect(located(`0::${scope}/libvirt/emulator\n`, 'proc /proc proc rw 0 0\n')).toBeUndefined();
  });

  it('may be mounted at a place with a blank', () => {
    const mounts = 'cgroup2 /mnt/my\\040cgroups cgroup2 rw 0 0';
    expect(located('0::/a/emulator\n', mounts)?.scope).toBe('/mnt/my cgroups/a');
  });
});

describe("a domain's cgroup for memory", () => {
  const mounts = parseCgroupMounts(`${v1Mounts}cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\n`);
  const memory = (line: string) =>
    locateControllerCgroup(
      parseMemberships(`4:cpu,cpuacct:${scope}/libvirt/emulator\n${line}`),
      mounts,
      'memory',
    );

  it('is in a hierarchy of its own on cgroup v1, without cgroups of threads', () => {
    expect(memory(`11:memory:${scope}/libvirt\n`)).toMatchObject({
      version: 1,
      scope: `/sys/fs/cgroup/memory${scope}`,
      nested: `/sys/fs/cgroup/memory${scope}/libvirt`,
    });
  });

  it('is said to be elsewhere where the process is', () => {
    expect(memory('11:memory:/machine.slice\n')).toEqual({ strayed: '/machine.slice' });
  });

  it('is not known where no hierarchy has it', () => {
    const line = `4:cpu,cpuacct:${scope}/libvirt/emulator\n`;
    expect(
      locateControllerCgroup(parseMemberships(line), parseCgroupMounts(v1Mounts), 'memory'),
    ).toBeUndefined();
  });

  it('is the same as for cpu on cgroup v2', () => {
    const memberships = parseMemberships(`0::${scope}/libvirt/emulator\n`);
    expect(locateControllerCgroup(memberships, parseCgroupMounts(v2Mounts), 'memory')).toMatchObject({
      nested: `/sys/fs/cgroup${scope}/libvirt`,
    });
  });
});

describe('a knob of a cgroup', () => {
  it('memory.max is bytes, or what stands for none on v2 and on v1', () => {
    expect(parseMemoryLimit('1073741824\n')).toBe(1_073_741_824);
    expect(parseMemoryLimit('max\n')).toBe('max');
    expect(parseMemoryLimit('9223372036854771712\n')).toBe('max');
    for (const text of ['', '-1', '5 6', '9'.repeat(30)]) expect(parseMemoryLimit(text)).toBeUndefined();
  });

  it('io.weight has a default before devices, blkio.weight one number', () => {
    expect(parseIoWeight('default 500\n254:0 200\n')).toBe(500);
    expect(parseIoWeight('500\n')).toBe(500);
    for (const text of ['', '254:0 200', 'default', 'default x']) expect(parseIoWeight(text)).toBeUndefined();
  });

  it('io.max has a line for each device', () => {
    const text = '8:0 rbps=5 wbps=max riops=max wiops=7\n8:01 rbps=6 wbps=max riops=max wiops=max\n';
    expect(deviceLine(text, '8:0')).toBe('rbps=5 wbps=max riops=max wiops=7');
    expect(deviceLine(text, '8:16')).toBeUndefined();
    expect(parseIoMax('rbps=5 wbps=max riops=max wiops=7')).toEqual({
      rbps: 5,
      wbps: 'max',
      riops: 'max',
      wiops: 7,
    });
    for (const line of ['', 'rbps', 'rbps=-1', 'xbps=5']) expect(parseIoMax(line)).toBeUndefined();
  });

  it('cpu.max has quota and period', () => {
    expect(parseCpuMax('50000 100000\n')).toEqual({ quota: 50_000, period: 100_000 });
    expect(parseCpuMax('max 50000')).toEqual({ quota: 'max', period: 50_000 });
    for (const text of ['', 'max', '5', '-1 100000', '1 2 3', 'x y', `${'9'.repeat(30)} 1`]) {
      expect(parseCpuMax(text)).toBeUndefined();
    }
  });

  it('cpu.cfs_quota_us is -1 without a limit', () => {
    expect(parseCfsQuota('-1\n')).toBe('max');
    expect(parseCfsQuota('50000\n')).toBe(50_000);
    expect(parseCfsQuota('-2')).toBeUndefined();
  });

  it('weights, shares and periods are one number', () => {
    expect(parseCount('512\n')).toBe(512);
    expect(parseCount('')).toBeUndefined();
    expect(parseCount('1 2')).toBeUndefined();
  });
});
