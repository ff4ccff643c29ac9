import { describe, expect, it } from 'vitest';
import { type CgroupFiles, readDomainCgroup } from '../../src/host/cgroup.ts';
import { HostReadError, type HostReader } from '../../src/ports/host.ts';
import { hostOf } from './host-of.ts';

const scope = '/sys/fs/cgroup/machine.slice/machine-qemu\\x2d1\\x2dvm.scope';
const found = {
  '/run/libvirt/qemu/vm.pid': '4711\n',
  '/proc/4711/cgroup': '0::/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/libvirt/emulator\n',
  '/proc/self/mounts': 'cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n',
};
const knobs = {
  [`${scope}/cpu.weight`]: '512\n',
  [`${scope}/cpu.max`]: '300000 100000\n',
  [`${scope}/libvirt/cpu.max`]: 'max 100000\n',
  [`${scope}/libvirt/emulator/cpu.max`]: 'max 100000\n',
  [`${scope}/libvirt/vcpu10/cpu.max`]: '50000 100000\n',
  [`${scope}/libvirt/vcpu2/cpu.max`]: '50000 100000\n',
  [`${scope}/libvirt/iothread1/cpu.max`]: 'max 100000\n',
  [`${scope}/libvirt/cgroup.procs`]: '',
};

/** Of a process that is where libvirt has put it. */
async function inside(host: HostReader, name: string): Promise<CgroupFiles> {
  const found = await readDomainCgroup(host, name);
  if ('outside' in found) throw new Error('it is outside');
  return found;
}

describe("a domain's cgroup", () => {
  it('is found through the process, and every thread group of it is read', async () => {
    const { version, files } = await inside(hostOf({ ...found, ...knobs }), 'vm');
    expect(version).toBe(2);
    expect(files.map(file => `${file.subject} ${file.knob} ${file.text}`)).toEqual([
      'scope cpu.weight 512',
      'scope cpu.max 300000 100000',
      'libvirt cpu.max max 100000',
      'emulator cpu.max max 100000',
      'iothread1 cpu.max max 100000',
      'vcpu2 cpu.max 50000 100000',
      'vcpu10 cpu.max 50000 100000',
    ]);
    expect(files[0]?.path).toBe(`${scope}/cpu.weight`);
  });

  it('tells how much a limited group may save up, where that is not nothing', async () => {
    const bursts = {
      [`${scope}/libvirt/vcpu2/cpu.max.burst`]: '20000\n',
      [`${scope}/libvirt/vcpu10/cpu.max.burst`]: '0\n',
      [`${scope}/libvirt/iothread1/cpu.max.burst`]: '30000\n',
    };
    const { files } = await inside(hostOf({ ...found, ...knobs, ...bursts }), 'vm');
    expect(files.filter(({ knob }) => knob.includes('burst'))).toEqual([
      {
        subject: 'vcpu2',
        knob: 'cpu.max.burst',
        path: `${scope}/libvirt/vcpu2/cpu.max.burst`,
        text: '20000',
      },
    ]);
  });

  it('has memory and block I/O beside, and no file that the kernel does not have', async () => {
    const more = {
      [`${scope}/io.weight`]: 'default 500\n',
      [`${scope}/memory.max`]: 'max\n',
      [`${scope}/libvirt/memory.max`]: '1073741824\n',
      [`${scope}/libvirt/io.max`]: '',
    };
    const { systemd, resources } = await inside(hostOf({ ...found, ...knobs, ...more }), 'vm');
    expect(systemd).toBe(true);
    expect(resources.map(file => `${file.subject} ${file.knob}: ${file.text}`)).toEqual([
      'libvirt memory.max: 1073741824',
      'libvirt memory.high: undefined',
      'libvirt memory.swap.max: undefined',
      'scope memory.max: max',
      'scope memory.high: undefined',
      'scope memory.swap.max: undefined',
      'scope io.weight: default 500',
      'scope io.bfq.weight: undefined',
      'libvirt io.max: ',
      'scope io.max: undefined',
    ]);
  });

  it('is read once where the scope is what libvirt limits, as without systemd', async () => {
    const alone = '/sys/fs/cgroup/machine/qemu-1-vm.libvirt-qemu';
    const files = {
      '/proc/4711/cgroup': '0::/machine/qemu-1-vm.libvirt-qemu/emulator\n',
      [`${alone}/cpu.max`]: 'max 100000\n',
      [`${alone}/memory.max`]: 'max\n',
    };
    const group = await inside(hostOf({ ...found, ...files }), 'vm');
    const names = [...group.files, ...group.resources].map(file => `${file.subject} ${file.knob}`);
    expect(names.filter(name => /cpu.max|memory.max/.test(name))).toEqual([
      'libvirt cpu.max',
      'libvirt memory.max',
    ]);
  });

  it('may lack a knob, or have one that cannot be read', async () => {
    const { [`${scope}/cpu.weight`]: _, ...rest } = knobs;
    const denied = `${scope}/libvirt/vcpu2/cpu.max`;
    const host = hostOf({ ...found, ...rest }, { [denied]: 'permission denied' });
    const { files } = await inside(host, 'vm');
    expect(files[0]).toEqual({ subject: 'scope', knob: 'cpu.weight', path: `${scope}/cpu.weight` });
    expect(files.find(file => file.subject === 'vcpu2')).toMatchObject({ unreadable: 'permission denied' });
  });

  it('is looked for by the name as it is, blanks and letters of all scripts included', async () => {
    const host = hostOf({ ...found, ...knobs, '/run/libvirt/qemu/é x_1.2.pid': '4711' });
    expect((await inside(host, 'é x_1.2')).files).toHaveLength(7);
  });

  it('is looked for as libvirt names the pid file: with what XML would not take as it is written as in XML', async () => {
    // `ls /run/libvirt/qemu`, libvirt 11.3.0
    const path = '/run/libvirt/qemu/Kunde &apos;Müller&apos; &amp; Söhne: web_01 $HOME.pid';
    const host = hostOf({ ...found, ...knobs, [path]: '4711' });
    expect((await inside(host, "Kunde 'Müller' & Söhne: web_01 $HOME")).files).toHaveLength(7);
  });

  it.each([
    ['the name climbs', '../vm', {}, "'../vm' cannot be a domain"],
    ['the name is empty', '', {}, "'' cannot be a domain"],
    ['there is no process', 'other', {}, "'/run/libvirt/qemu/other.pid' is not there"],
    ['the process id is none', 'vm', { '/run/libvirt/qemu/vm.pid': '../1' }, 'holds no process id'],
    ['the process is gone', 'vm', { '/run/libvirt/qemu/vm.pid': '4712' }, "'/proc/4712/cgroup' is not there"],
    [
      'it is outside of our namespace of cgroups',
      'vm',
      { '/proc/4711/cgroup': '0::/../../machine.slice/x.scope/libvirt/emulator\n' },
      "process 4711 is in the cgroup '/../../machine.slice/x.scope/libvirt/emulator', outside of the namespace",
    ],
    [
      'the layout is none that libvirt makes',
      'vm',
      { '/proc/4711/cgroup': '0::/machine.slice/x.scope/libvirt/vm\n' },
      'no place that libvirt is known to make',
    ],
    [
      'no hierarchy has the controller',
      'vm',
      { '/proc/4711/cgroup': '' },
      'in no cgroup of the cpu controller',
    ],
  ])('cannot be seen when %s', async (_why, name, files, message) => {
    const read = readDomainCgroup(hostOf({ ...found, ...knobs, ...files }), name);
    await expect(read).rejects.toBeInstanceOf(HostReadError);
    await expect(read).rejects.toThrow(message);
  });

  it('cannot be seen when its folder went away', async () => {
    await expect(readDomainCgroup(hostOf(found), 'vm')).rejects.toThrow('is not there');
  });
});
