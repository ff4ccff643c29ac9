import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { HostCapabilities } from '../../src/domain/capabilities.ts';
import { translateFragments } from '../../src/domain/fragments.ts';
import { readDomain } from '../../src/domain/read-domain.ts';
import { applyTuningToXml } from '../../src/domain/render.ts';
import { translateFlavor } from '../../src/domain/translate.ts';
import { flavorQuota } from '../../src/intent/flavor-quota.ts';

const samples = join(import.meta.dirname, '../../samples/domains');

function translate(
  devices: string,
  specs: Readonly<Record<string, string>>,
  capabilities: HostCapabilities = {},
) {
  const domain = readDomain(`<domain><name>d</name><devices>${devices}</devices></domain>`);
  return translateFlavor({ quota: flavorQuota(specs).quota, domain, capabilities });
}

const nic = (type: string, inside = '') =>
  `<interface type='${type}'><mac address='52:54:00:00:00:01'/>${inside}</interface>`;

describe('cpu limits', () => {
  it('go to the domain, each with the key that asked for it', () => {
    expect(translate('', { 'quota:cpu_shares': '5', 'quota:cpu_quota': '0' })).toEqual({
      tuning: [
        {
          device: { kind: 'cpu' },
          limits: { cpu_shares: 5, vcpu_quota: 0 },
          because: { cpu_shares: 'quota:cpu_shares', vcpu_quota: 'quota:cpu_quota' },
        },
      ],
      diagnostics: [],
    });
  });

  it('that are not asked for give nothing', () => {
    expect(translate('', { 'hw:x': '1' })).toEqual({ tuning: [], diagnostics: [] });
  });
});

describe('disk limits', () => {
  const specs = { 'quota:disk_read_bytes_sec': '5' };
  const disk = (target: string, inside: string, type = 'file') =>
    `<disk type='${type}'><target dev='${target}'/>${inside}</disk>`;
  const file = `<source file='/f'/>`;

  it('go to every disk with an image, the config drive too', () => {
    const devices =
      disk('vda', file) +
      disk('vdb', `<source protocol='rbd' name='vms/x_disk'/>`, 'network') +
      disk('hda', file);
    expect(translate(devices, specs).tuning.map(one => one.device)).toEqual([
      { kind: 'disk', target: 'vda' },
      { kind: 'disk', target: 'vdb' },
      { kind: 'disk', target: 'hda' },
    ]);
  });

  it('do not go to volumes, which have their UUID as serial', () => {
    const uuid = '1f6f2b0e-6a39-4f7c-8e62-0a9c5b7d3e10';
    const found = translate(disk('vda', `${file}<serial>${uuid}</serial>`), specs);
    expect(found).toEqual({
      tuning: [],
      diagnostics: [
        {
          code: 'volume-not-limited',
          severity: 'warning',
          path: 'disk vda',
          args: { serial: uuid, root: 'root' },
        },
      ],
    });
    expect(translate(disk('vda', `${file}<serial>mine</serial>`), specs).tuning).toHaveLength(1);
  });

  it('do not go to empty drives', () => {
    expect(translate(disk('hda', ''), specs)).toEqual({ tuning: [], diagnostics: [] });
  });

  it.each([
    ['vhostuser', disk('vda', `<source type='unix' path='/s'/>`, 'vhostuser')],
    ['throttlefilters', disk('vda', `${file}<throttlefilters><throttlefilter group='g'/></throttlefilters>`)],
  ])('cannot be enforced with %s', (type, xml) => {
    expect(translate(xml, specs)).toEqual({
      tuning: [],
      diagnostics: [{ code: 'cannot-be-enforced', severity: 'warning', path: 'disk vda', args: { type } }],
    });
  });

  it('above a burst that is there already are an error: QEMU refuses them', () => {
    const iotune =
      '<iotune><read_bytes_sec>1</read_bytes_sec><read_bytes_sec_max>3</read_bytes_sec_max></iotune>';
    expect(translate(disk('vda', file + iotune), specs).diagnostics).toEqual([
      {
        code: 'max-below-base',
        severity: 'error',
        path: 'disk vda/read_bytes_sec_max',
        value: '3',
        args: { base: 'read_bytes_sec', min: 5, max: 1_000_000_000_000_000 },
      },
    ]);
  });
});

describe('interface limits', () => {
  const specs = { 'quota:vif_inbound_average': '5', 'quota:vif_outbound_average': '6' };

  it.each(['bridge', 'network', 'ethernet', 'direct'])('go to a %s interface', type => {
    expect(translate(nic(type), specs)).toEqual({
      tuning: [
        {
          device: { kind: 'interface', mac: '52:54:00:00:00:01' },
          limits: { 'inbound.average': 5, 'outbound.average': 6 },
          because: {
            'inbound.average': 'quota:vif_inbound_average',
            'outbound.average': 'quota:vif_outbound_average',
          },
        },
      ],
      diagnostics: [],
    });
  });

  it.each(['vhostuser', 'hostdev', 'vdpa', 'user'])(
    'go to a %s interface too, which cannot hold them',
    type => {
      const { tuning, diagnostics } = translate(nic(type), specs);
      expect(tuning).toHaveLength(1);
      expect(diagnostics).toEqual([
        {
          code: 'cannot-be-enforced',
          severity: 'warning',
          path: 'interface 52:54:00:00:00:01',
          args: { type },
        },
      ]);
    },
  );

  it('have the average as peak on an Open vSwitch port', () => {
    const { tuning, diagnostics } = translate(nic('bridge', `<virtualport type='openvswitch'/>`), specs);
    expect(tuning[0]?.limits).toEqual({ 'inbound.average': 5, 'inbound.peak': 5, 'outbound.average': 6 });
    expect(tuning[0]?.because['inbound.peak']).toBe('quota:vif_inbound_average');
    expect(diagnostics).toEqual([
      {
        code: 'ovs-peak-added',
        severity: 'info',
        path: 'interface 52:54:00:00:00:01/inbound.peak',
        args: { peak: 5 },
      },
    ]);
  });
});

it('a limit for devices that the domain does not have is a warning', () => {
  const specs = { 'quota:disk_read_bytes_sec': '5', 'quota:vif_inbound_average': '5' };
  expect(translate('', specs)).toEqual({
    tuning: [],
    diagnostics: [
      {
        code: 'no-such-device',
        severity: 'warning',
        path: 'quota:disk_read_bytes_sec',
        args: { device: 'disk' },
      },
      {
        code: 'no-such-device',
        severity: 'warning',
        path: 'quota:vif_inbound_average',
        args: { device: 'interface' },
      },
    ],
  });
});

describe('what the host can hold', () => {
  const shares = (value: string, capabilities: HostCapabilities) =>
    translate('', { 'quota:cpu_shares': value }, capabilities).diagnostics.map(
      one => `${one.severity} ${one.args?.min}-${one.args?.max} ${one.args?.where}`,
    );

  it.each<readonly [string, HostCapabilities, readonly string[]]>([
    ['1', { cgroupVersion: 1, libvirtVersion: 11_000_000 }, ['error 2-262144 cgroup v1']],
    ['1', { cgroupVersion: 2, libvirtVersion: 9_000_000 }, ['error 2-10000 cgroup v2']],
    ['1', { cgroupVersion: 2, libvirtVersion: 9_001_000 }, []],
    ['1', { cgroupVersion: 2 }, ['warning 2-10000 cgroup v2, libvirt before 9.1']],
    ['1', { libvirtVersion: 9_000_000 }, ['error 2-262144 cgroup v1']],
    ['1', {}, ['warning 2-262144 cgroup v1']],
    ['2', {}, []],
    ['10000', { cgroupVersion: 2 }, []],
    ['10001', { cgroupVersion: 2 }, ['error 2-10000 cgroup v2']],
    ['20000', { cgroupVersion: 2, libvirtVersion: 11_003_000 }, ['error 1-10000 cgroup v2']],
    ['10001', { cgroupVersion: 1 }, []],
    ['10001', {}, ['warning 2-10000 cgroup v2']],
  ])('shares of %s on %o', (value, capabilities, expected) => {
    expect(shares(value, capabilities)).toEqual(expected);
  });

  it('is 32 bits of bandwidth on a running domain, though its definition takes 64', () => {
    const specs = { 'quota:vif_inbound_average': '4294967296', 'quota:vif_outbound_average': '4294967295' };
    expect(translate(nic('bridge'), specs, { libvirtVersion: 9_000_000 }).diagnostics).toEqual([
      {
        code: 'out-of-range',
        severity: 'error',
        path: 'quota:vif_inbound_average',
        value: '4294967296',
        args: { min: 0, max: 4_294_967_295, unit: 'kB/s', where: 'running domain' },
      },
    ]);
    expect(translate(nic('bridge'), specs).diagnostics.map(one => one.severity)).toEqual(['warning']);
  });

  it('is nothing for CPUs without a controller', () => {
    const specs = { 'quota:cpu_shares': '5', 'quota:cpu_quota': '1000' };
    expect(translate('', specs, { hasCpuController: false }).diagnostics).toEqual([
      { code: 'no-cpu-controller', severity: 'error', path: 'quota:cpu_shares' },
    ]);
    expect(translate('', {}, { hasCpuController: false }).diagnostics).toEqual([]);
  });
});

describe('fragments', () => {
  it('escape what Nova would escape, and leave out what XML cannot hold', () => {
    const { quota } = flavorQuota({
      'quota:disk_read_bytes_sec': '<&>"',
      'quota:disk_write_bytes_sec': '\u0001',
      'quota:vif_inbound_average': '<&>"\n',
    });
    expect(translateFragments(quota)).toEqual({
      iotune: '<iotune><read_bytes_sec>&lt;&amp;&gt;"</read_bytes_sec></iotune>',
      bandwidth: '<bandwidth><inbound average="&lt;&amp;&gt;&quot;&#10;"/></bandwidth>',
    });
  });
});

describe('every sample domain', () => {
  it.each(readdirSync(samples))('%s takes a flavor, and the same flavor twice', file => {
    const xml = readFileSync(join(samples, file), 'utf8');
    const { quota } = flavorQuota({ 'quota:cpu_shares': '7', 'quota:vif_inbound_average': '9' });
    const { tuning } = translateFlavor({ quota, domain: readDomain(xml), capabilities: {} });
    const after = applyTuningToXml(xml, tuning);
    expect(readDomain(after).cputune.cpu_shares).toBe(7);
    expect(
      readDomain(after).interfaces.filter(one => one.bandwidth['inbound.average'] === 9).length,
    ).toBeGreaterThan(1);
    expect(applyTuningToXml(after, tuning)).toBe(after);
  });
});
