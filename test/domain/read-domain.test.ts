import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DomainDefinition } from '../../src/domain/definition.ts';
import { readDomain } from '../../src/domain/read-domain.ts';
import { QuotaError } from '../../src/errors.ts';

const samples = join(import.meta.dirname, '../../samples/domains');
const sample = (name: string) => readDomain(readFileSync(join(samples, name), 'utf8'));

const domain = (inside: string) => readDomain(`<domain><name>d</name><vcpu>1</vcpu>${inside}</domain>`);
const devices = (inside: string) => domain(`<devices>${inside}</devices>`);

describe('a domain on a linux bridge', () => {
  const found = sample('instance-00000041.xml');

  it('is read with its vCPUs, its disk and its interfaces', () => {
    const nic = (last: string, dev: string): DomainDefinition['interfaces'][number] => ({
      mac: `fa:16:3e:41:00:0${last}`,
      type: 'bridge',
      dev,
      managed: true,
      source: `brq0a1b2c3d-0${last}`,
      bandwidth: {},
    });
    expect(found).toEqual({
      name: 'instance-00000041',
      nova: { name: 'm1.resquota', vcpus: 4, writtenAt: '2026-03-02T09:41:17Z' },
      uuid: '5d1c9f6e-7a0b-4a53-9f0e-3c8a1b2d4e41',
      vcpus: 4,
      memoryKib: 4_194_304,
      memtune: {},
      blkiotune: {},
      hostDevices: [],
      cputune: {},
      disks: [
        {
          target: 'vda',
          device: 'disk',
          type: 'file',
          source: '/var/lib/nova/instances/5d1c9f6e-7a0b-4a53-9f0e-3c8a1b2d4e41/disk',
          iotune: {},
          hasThrottleFilters: false,
        },
      ],
      interfaces: [nic('1', 'tap41000001-aa'), nic('2', 'tap41000002-bb'), nic('3', 'tap41000003-cc')],
    });
  });
});

describe('a domain on Open vSwitch', () => {
  const found = sample('instance-00000042-ovs.xml');

  it('counts the vCPUs that are online, not the maximum', () => expect(found.vcpus).toBe(2));

  it('has its limits', () => {
    expect(found.cputune).toEqual({ cpu_shares: 2048 });
    expect(found.disks[0]?.iotune).toEqual({
      total_bytes_sec: 50_000_000,
      total_bytes_sec_max: 100_000_000,
      total_iops_sec: 500,
    });
    expect(found.interfaces.map(nic => nic.bandwidth)).toEqual([{}, { 'inbound.average': 1000 }, {}]);
  });

  it('has a volume with its RBD image and serial, and an empty drive without source', () => {
    expect(
      found.disks.slice(1).map(disk => [disk.target, disk.device, disk.type, disk.source, disk.serial]),
    ).toEqual([
      [
        'vdb',
        'disk',
        'network',
        'rbd/volumes/volume-1f6f2b0e-6a39-4f7c-8e62-0a9c5b7d3e10',
        '1f6f2b0e-6a39-4f7c-8e62-0a9c5b7d3e10',
      ],
      ['hda', 'cdrom', 'file', undefined, undefined],
    ]);
  });

  it('has interfaces of three kinds', () => {
    expect(
      found.interfaces.map(nic => [nic.type, nic.dev, nic.managed, nic.virtualPort, nic.source]),
    ).toEqual([
      ['bridge', 'tap42000001-aa', true, 'openvswitch', 'br-int'],
      ['ethernet', 'tap42000002-bb', false, undefined, undefined],
      ['vhostuser', undefined, true, undefined, '/var/run/openvswitch/vhu42000003-cc'],
    ]);
  });
});

describe('limits are read as libvirt reads them', () => {
  it.each([
    ['<shares>512</shares>', { cpu_shares: 512 }],
    ['<shares> +0512</shares>', { cpu_shares: 512 }],
    ['<shares>&#49;2</shares>', { cpu_shares: 12 }],
    ['<quota>-1</quota>', { vcpu_quota: -1 }],
    ['<quota>0</quota><period>0</period>', {}],
    ['<quota/>', {}],
    ['<vcpupin vcpu="0" cpuset="1"/><emulatorpin cpuset="1"/>', {}],
    ['<quota>-9223372036854775808</quota>', { vcpu_quota: -1 }],
    [
      '<global_period>1000</global_period><global_quota>2000</global_quota><emulator_period>3000</emulator_period>' +
        '<emulator_quota>4000</emulator_quota><iothread_period>5000</iothread_period><iothread_quota>6000</iothread_quota>',
      {
        global_period: 1000,
        global_quota: 2000,
        emulator_period: 3000,
        emulator_quota: 4000,
        iothread_period: 5000,
        iothread_quota: 6000,
      },
    ],
  ])('%s', (inside, expected) => {
    expect(domain(`<cputune>${inside}</cputune>`).cputune).toEqual(expected);
  });

  it.each(['abc', '500 ', '-5', '0x10', '18446744073709551616'])('and %s is refused', text => {
    expect(() => domain(`<cputune><shares>${text}</shares></cputune>`)).toThrow(/'shares' must be/);
  });

  it('all 19 of an iotune', () => {
    const names = ['total', 'read', 'write'].flatMap(direction =>
      ['bytes_sec', 'iops_sec'].flatMap(what =>
        ['', '_max', '_max_length'].map(suffix => `${direction}_${what}${suffix}`),
      ),
    );
    const all = [...names, 'size_iops_sec'];
    const xml = all.map((name, index) => `<${name}>${index + 1}</${name}>`).join('');
    const disk = devices(`<disk><iotune>${xml}<group_name>g</group_name></iotune><target dev="vda"/></disk>`)
      .disks[0];
    const numbers = Object.fromEntries(all.map((name, index) => [name, index + 1]));
    expect(disk?.iotune).toEqual({ ...numbers, group_name: 'g' });
    expect(all).toHaveLength(19);
  });

  it('both directions of a bandwidth, and the floor', () => {
    const xml = `<inbound average='1' peak='2' burst='3' floor='4'/><outbound average='5' peak='6' burst='7'/>`;
    const [nic] = devices(`<interface type='network'><bandwidth>${xml}</bandwidth></interface>`).interfaces;
    expect(nic?.bandwidth).toEqual({
      'inbound.average': 1,
      'inbound.peak': 2,
      'inbound.burst': 3,
      'inbound.floor': 4,
      'outbound.average': 5,
      'outbound.peak': 6,
      'outbound.burst': 7,
    });
  });
});

describe('devices', () => {
  it.each([
    [`<disk type='file'><source file='/f'/></disk>`, '/f'],
    [`<disk type='block'><source dev='/dev/sdb'/></disk>`, '/dev/sdb'],
    [`<disk type='volume'><source pool='p' volume='v'/></disk>`, 'p/v'],
    [`<disk type='network'><source protocol='nbd'/></disk>`, 'nbd'],
    [`<disk type='vhostuser'><source type='unix' path='/s'/></disk>`, '/s'],
    [`<disk type='file' device='cdrom'/>`, undefined],
  ])('%s has the source %s', (xml, source) => {
    expect(devices(xml).disks[0]?.source).toBe(source);
  });

  it('without a name of their own go by position', () => {
    const found = devices(`<disk/><disk><target dev='vda'/></disk><interface type='user'/>`);
    expect(found.disks.map(disk => disk.target)).toEqual(['#0', 'vda']);
    expect(found.interfaces.map(nic => nic.mac)).toEqual(['#0']);
  });

  it('with throttle filters say so', () => {
    expect(devices(`<disk><throttlefilters/></disk>`).disks[0]?.hasThrottleFilters).toBe(true);
  });
});

describe('what is not a domain', () => {
  it.each([
    ['<network/>', /root element is <network>/],
    ['<domain><vcpu>0</vcpu></domain>', /'vcpu' must be a positive integer/],
    ['<domain><vcpu>many</vcpu></domain>', /'vcpu' must be a positive integer/],
    ['{}', /not well-formed XML/],
  ])('%s', (xml, message) => {
    expect(() => readDomain(xml)).toThrow(QuotaError);
    expect(() => readDomain(xml)).toThrow(message);
  });

  it('and a domain may say next to nothing', () => {
    expect(readDomain('<domain/>')).toEqual({
      name: '',
      uuid: '',
      vcpus: 1,
      memtune: {},
      blkiotune: {},
      hostDevices: [],
      cputune: {},
      disks: [],
      interfaces: [],
    });
  });
});
