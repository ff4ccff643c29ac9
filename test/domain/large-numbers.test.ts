import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fieldOf, limitFields } from '../../src/domain/fields.ts';
import type { LimitField } from '../../src/domain/limit-field.ts';
import { readDomain } from '../../src/domain/read-domain.ts';
import { applyTuningToXml } from '../../src/domain/render.ts';
import { translateFlavor } from '../../src/domain/translate.ts';
import { wholeQuota } from '../../src/intent/whole-quota.ts';
import { parseCount, parseCpuMax, parseIoMax } from '../../src/observed/cgroup-knob.ts';
import { forwardCalls, undoCalls } from '../../src/plan/calls.ts';
import { expectCgroup } from '../../src/verify/expect-cgroup.ts';
import { isUnlimited } from '../../src/verify/unlimited.ts';
import { observeDefinition } from '../../src/workflow/observe-definition.ts';

// What libvirt's XML may hold: 64 bits. libvirt 9.0 takes them for disks, interfaces and host devices; for the CPU only
// older ones did, and their definitions are still there.
const large = ['9007199254740993', '9223372036854775807', '9223372036854775808', '18446744073709551615'];

const oldLibvirt = readFileSync(join(import.meta.dirname, 'cases/quota-ullmax.xml'), 'utf8');

const xmlOf = (cputune: string, iotune: string, bandwidth: string, blkio: string) => `<domain type='kvm'>
  <name>large</name>
  <memory unit='KiB'>18446744073709551615</memory>
  <blkiotune>${blkio}</blkiotune>
  <vcpu>1</vcpu>
  <cputune>${cputune}</cputune>
  <devices>
    <disk type='file'><source file='/a'/><target dev='vda'/><iotune>${iotune}</iotune></disk>
    <interface type='bridge'><mac address='52:54:00:00:00:01'/><bandwidth>${bandwidth}</bandwidth></interface>
  </devices>
</domain>
`;

const inElements = (element: string, value: string) =>
  limitFields
    .filter(
      (field): field is typeof field => field.element === element && !field.parameter.startsWith('device_'),
    )
    .map(({ xmlName }: LimitField<string>) => `<${xmlName}>${value}</${xmlName}>`)
    .join('');

/** Every limit of every element with one number. */
const everywhere = (value: string) =>
  xmlOf(
    inElements('cputune', value),
    inElements('iotune', value),
    `<inbound average='${value}' peak='${value}' burst='${value}' floor='${value}'/><outbound average='${value}' burst='${value}'/>`,
    `<device><path>/dev/sda</path><read_bytes_sec>${value}</read_bytes_sec></device>`,
  );

const asks = (xml: string, extraSpecs: Record<string, string>) =>
  translateFlavor({
    quota: wholeQuota(extraSpecs).quota,
    domain: readDomain(xml),
    capabilities: { cgroupVersion: 2, libvirtVersion: 11_003_000 },
  });

describe('a quota that an older libvirt had for "no limit" (18446744073709551)', () => {
  const domain = readDomain(oldLibvirt);

  it('leaves the domain readable, and means no limit', () => {
    expect(isUnlimited('vcpu_quota', domain.cputune.vcpu_quota)).toBe(true);
    const wanted = { device: { kind: 'cpu' }, limits: domain.cputune, because: {} } as const;
    const facts = { cgroupVersion: 2, libvirtVersion: 11_003_000, ovsPorts: new Set<string>() } as const;
    const [vcpu] = expectCgroup(wanted, domain, { ...facts, macvtaps: new Set<string>() });
    expect(vcpu).toMatchObject({ subject: 'vcpu0', knob: 'cpu.max', expected: { quota: 'max' } });
  });

  it('stays as it was written when something else is asked', () => {
    const { tuning } = asks(oldLibvirt, { 'quota:disk_read_iops_sec': '500' });
    const text = applyTuningToXml(oldLibvirt, tuning);
    expect(text).toContain('<cputune><period>100000</period><quota>18446744073709551</quota></cputune>');
    expect(text).toContain('<read_iops_sec>500</read_iops_sec>');
  });

  it('is put back as -1, which every libvirt takes', () => {
    const step = {
      scope: 'live',
      device: { kind: 'cpu' },
      before: domain.cputune,
      after: { ...domain.cputune, vcpu_quota: 50_000 },
      changes: [
        {
          parameter: 'vcpu_quota',
          before: domain.cputune.vcpu_quota ?? 0,
          after: 50_000,
          reason: 'definition',
        },
      ],
    } as const;
    const nothing = { kernel: {}, ovs: () => ({}), tc: () => ({ inbound: false, outbound: false }) };
    expect(forwardCalls(step)).toEqual([{ kind: 'scheduler', parameters: { vcpu_quota: 50_000 } }]);
    expect(undoCalls(step, nothing)).toEqual([{ kind: 'scheduler', parameters: { vcpu_quota: -1 } }]);
  });
});

describe.each(large)('a definition with %s in every limit', value => {
  const xml = everywhere(value);

  it('is read: no limit is lost, none is equal to a number that can be asked for', () => {
    const { cputune, disks, interfaces, hostDevices } = readDomain(xml);
    const numbers = [cputune, disks[0]?.iotune, interfaces[0]?.bandwidth, hostDevices[0]?.limits].flatMap(
      limits => Object.values(limits ?? {}) as number[],
    );
    expect(numbers).toHaveLength(9 + 19 + 6 + 1);
    expect(numbers.filter(one => one <= Number.MAX_SAFE_INTEGER)).toEqual([]);
  });

  it('stays byte for byte where nothing is asked, and outside what is', () => {
    expect(applyTuningToXml(xml, asks(xml, {}).tuning)).toBe(xml);
    const { tuning } = asks(xml, { 'quota:cpu_shares': '512', 'quota:vif_inbound_average': '4096' });
    expect(applyTuningToXml(xml, tuning)).toBe(
      xml
        .replace(`<shares>${value}<`, '<shares>512<')
        .replace(/<inbound [^>]*>/, `<inbound average='4096' floor='${value}'/>`),
    );
  });

  it('is told of as about so much, since a number of ours is not exact there', () => {
    const readings = observeDefinition('config', readDomain(xml));
    const shares = readings.find(one => one.knob === 'cpu_shares');
    expect(shares?.evidence.text).toMatch(/^cpu_shares=about \d+$/);
  });
});

it('what no libvirt reads is still refused', () => {
  expect(() => readDomain(xmlOf('<shares>18446744073709551616</shares>', '', '', ''))).toThrow(
    /'shares' must be/,
  );
  expect(() => readDomain(xmlOf('<quota>-9223372036854775809</quota>', '', '', ''))).toThrow(
    /'quota' must be/,
  );
  expect(fieldOf('vcpu_quota')?.type).toBe('llong');
});

it("the kernel's files are read up to 64 bits", () => {
  expect(parseCpuMax('18446744073709551 100000\n')).toEqual({
    quota: 18_446_744_073_709_552,
    period: 100_000,
  });
  expect(parseCount('18446744073709551615\n')).toBeGreaterThan(Number.MAX_SAFE_INTEGER);
  expect(parseIoMax('rbps=18446744073709551614 wbps=max riops=5 wiops=max')).toMatchObject({
    wbps: 'max',
    riops: 5,
  });
  expect(parseCount('184467440737095516150')).toBeUndefined();
});
