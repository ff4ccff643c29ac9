import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/diagnostics.ts';
import { readDomain } from '../../src/domain/read-domain.ts';
import { applyTuningToXml } from '../../src/domain/render.ts';
import { translateFlavor } from '../../src/domain/translate.ts';
import { flavorQuota } from '../../src/intent/flavor-quota.ts';
import { parseSelector, type VolumeIntent } from '../../src/intent/volume-intent.ts';
import { volumeQuota } from '../../src/intent/volume-qos.ts';

const sample = readFileSync(
  join(import.meta.dirname, '../../samples/domains/instance-00000043-volumes.xml'),
  'utf8',
);
const root = '6c1d2f8a-0b5e-4d7c-9a61-5f3e8b7c2d01';
const data = 'd90f3b2e-7c44-4e0a-8f2b-1a6c5e9d4b02';

function volume(selector: string | undefined, specs: Readonly<Record<string, string>>): VolumeIntent {
  const { quota } = volumeQuota({ specs, consumer: 'front-end', sizeGiB: 10 }, { extras: true });
  return { ...(selector !== undefined && { selector: parseSelector(selector) }), quota };
}

function translate(
  volumes: readonly VolumeIntent[],
  specs: Readonly<Record<string, string>> = {},
  xml = sample,
) {
  const { quota } = flavorQuota(specs);
  const { tuning, diagnostics } = translateFlavor({
    quota,
    volumes,
    domain: readDomain(xml),
    capabilities: {},
  });
  return { limits: tuning.map(one => [one.device, one.limits, one.because]), diagnostics, tuning };
}

const disk = (target: string) => ({ kind: 'disk', target });
const brief = (found: readonly Diagnostic[]) => found.map(one => `${one.severity} ${one.code} ${one.path}`);

describe("a flavor's disk limits", () => {
  it('go to swap and config drive, not to volumes nor to the empty drive', () => {
    const { limits, diagnostics } = translate([], { 'quota:disk_read_iops_sec': '5' });
    const asked = [{ read_iops_sec: 5 }, { read_iops_sec: 'quota:disk_read_iops_sec' }];
    expect(limits).toEqual([
      [disk('vdb'), ...asked],
      [disk('sda'), ...asked],
    ]);
    expect(diagnostics).toEqual([
      {
        code: 'volume-not-limited',
        severity: 'warning',
        path: 'disk vda',
        args: { serial: root, root: 'root' },
      },
      { code: 'volume-not-limited', severity: 'info', path: 'disk vdc', args: { serial: data } },
    ]);
  });

  it('are no warning for a root volume with limits of its own', () => {
    const { diagnostics } = translate([volume('vda', { read_iops_sec: '9' })], {
      'quota:disk_read_iops_sec': '5',
    });
    expect(brief(diagnostics)).toEqual([
      'info volume-not-limited disk vda',
      'info volume-not-limited disk vdc',
    ]);
  });
});

describe('limits of a LUN that is passed through', () => {
  it('are written, as Nova does, and said to limit nothing', () => {
    const xml =
      "<domain><name>d</name><devices><disk type='block' device='lun'><source dev='/dev/sdb'/><target dev='sda' bus='scsi'/></disk></devices></domain>";
    const { limits, diagnostics } = translate([], { 'quota:disk_read_iops_sec': '5' }, xml);
    expect(limits.map(([device, asked]) => [device, asked])).toEqual([[disk('sda'), { read_iops_sec: 5 }]]);
    expect(brief(diagnostics)).toEqual(['warning cannot-be-enforced disk sda']);
  });
});

describe("a volume's limits", () => {
  it.each([
    'vdc',
    'target:vdc',
    data,
    `serial:${data.replaceAll('-', '').toUpperCase()}`,
    '/dev/disk/by-id/dm-uuid-mpath-36001405d1f0b',
    'source:/dev/disk/by-id/dm-uuid-mpath-36001405d1f0b',
  ])('go to that volume only, each with the key that asked for it: %s', selector => {
    const { limits, diagnostics } = translate([volume(selector, { total_iops_sec_per_gb: '7' })]);
    expect(limits).toEqual([
      [disk('vdc'), { total_iops_sec: 70 }, { total_iops_sec: 'qos_specs:total_iops_sec_per_gb' }],
    ]);
    expect(diagnostics).toEqual([]);
  });

  it('go to all volumes but those that are named, where none is named for them', () => {
    const { limits } = translate([
      volume('vda', { read_iops_sec: '1' }),
      volume(undefined, { read_iops_sec: '2' }),
    ]);
    expect(limits.map(([device, asked]) => [device, asked])).toEqual([
      [disk('vda'), { read_iops_sec: 1 }],
      [disk('vdc'), { read_iops_sec: 2 }],
    ]);
  });

  it('go to a disk without serial too, if it is named: then the flavor does not count there', () => {
    const { limits } = translate([volume('vdb', { read_iops_sec: '1' })], {
      'quota:disk_read_iops_sec': '5',
    });
    expect(limits.map(([device, asked]) => [device, asked])).toEqual([
      [disk('vdb'), { read_iops_sec: 1 }],
      [disk('sda'), { read_iops_sec: 5 }],
    ]);
  });

  it('reach the XML with group and burst length', () => {
    const specs = {
      total_iops_sec: '5',
      total_iops_sec_max: '9',
      total_iops_sec_max_length: '3',
      group_name: 'g',
    };
    const { tuning } = translate([volume('vdc', specs)]);
    expect(readDomain(applyTuningToXml(sample, tuning)).disks.map(one => one.iotune)).toEqual([
      {},
      {},
      { total_iops_sec: 5, total_iops_sec_max: 9, total_iops_sec_max_length: 3, group_name: 'g' },
      {},
      {},
    ]);
  });

  it.each<readonly [readonly VolumeIntent[], readonly string[]]>([
    [[volume('vdz', { read_iops_sec: '1' })], ['error no-such-volume volume vdz']],
    [[volume('serial:vda', { read_iops_sec: '1' })], ['error no-such-volume volume serial:vda']],
    [
      [volume('vda', { read_iops_sec: '1' }), volume(root, { read_iops_sec: '2' })],
      [`error ambiguous-volume volume ${root}`],
    ],
    [[volume('sdb', { read_iops_sec: '1' })], ['warning cannot-be-enforced disk sdb']],
    [
      [volume('vda', { read_iops_sec: '5', read_iops_sec_max: '4' })],
      ['error max-below-base disk vda/read_iops_sec_max'],
    ],
    [
      [
        volume('vda', { read_iops_sec: '1', group_name: 'g' }),
        volume('vdc', { read_iops_sec: '2', group_name: 'g' }),
      ],
      ['error group-differs disk vdc/group_name'],
    ],
    [[volume(undefined, {})], []],
  ])('that cannot be had are findings: %#', (volumes, expected) => {
    expect(brief(translate(volumes).diagnostics)).toEqual(expected);
  });

  it('of several disks that are called the same are nobody knows whose', () => {
    const twin = sample.replace(`<serial>${root}`, `<serial>${data}`);
    const { limits, diagnostics } = translate([volume(`serial:${data}`, { read_iops_sec: '1' })], {}, twin);
    expect(limits).toEqual([]);
    expect(diagnostics).toEqual([
      {
        code: 'ambiguous-volume',
        severity: 'error',
        path: `volume serial:${data}`,
        args: { matches: 'it is vda and vdc' },
      },
    ]);
  });

  it('of a domain without volumes are a warning', () => {
    const without = '<domain><name>d</name><devices/></domain>';
    expect(brief(translate([volume(undefined, { read_iops_sec: '1' })], {}, without).diagnostics)).toEqual([
      'warning no-such-volume volumes',
    ]);
  });
});
