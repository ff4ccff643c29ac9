import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { HostCapabilities } from '../../src/domain/capabilities.ts';
import { checkDefinition, checkKept } from '../../src/domain/check-definition.ts';
import { readDomain } from '../../src/domain/read-domain.ts';
import { applyTuningToXml } from '../../src/domain/render.ts';
import { translateFlavor } from '../../src/domain/translate.ts';
import { wholeQuota } from '../../src/intent/whole-quota.ts';
import { flavorWish } from '../../src/workflow/wish.ts';

const caseOf = (name: string) => readFileSync(join(import.meta.dirname, 'cases', name), 'utf8');
const xmlOf = (inside: string, disk = '', nic = '') => `<domain><name>d</name><vcpu>1</vcpu>${inside}<devices>
  <disk type='file'><source file='/a'/><target dev='vda'/>${disk}</disk>
  <interface type='bridge'><mac address='52:54:00:00:00:01'/>${nic}</interface></devices></domain>`;

type Specs = Readonly<Record<string, string>>;

const v1: HostCapabilities = { cgroupVersion: 1, libvirtVersion: 9_000_000 };
const v2: HostCapabilities = { cgroupVersion: 2, libvirtVersion: 11_003_000 };

function found(xml: string, host: HostCapabilities, specs: Specs = {}): readonly string[] {
  const domain = readDomain(xml);
  const { tuning } = translateFlavor({ quota: wholeQuota(specs).quota, domain, capabilities: host });
  return checkDefinition({ domain, tuning, host }).map(({ severity, code, path, value, args }) =>
    `${severity} ${code} ${path} ${value} ${args?.min}-${args?.max} ${args?.where ?? ''}`.trim(),
  );
}

describe('a definition with which the domain does not start on the host that is meant', () => {
  const born = caseOf('shares-above-v2.xml');
  const tooMuch = 'warning does-not-start cpu/cpu_shares 32768 1-10000 cgroup v2';

  it('is told of, though the flavor says nothing of shares', () => {
    expect(found(born, v2)).toEqual([tooMuch]);
    expect(found(born, v2, { 'quota:disk_read_iops_sec': '500', 'quota:cpu_quota': '50000' })).toEqual([
      tooMuch,
    ]);
  });

  it('is none on a host that takes it, none where the host is not known, none once shares are asked for', () => {
    expect(found(born, v1)).toEqual([]);
    expect(found(born, {})).toEqual([]);
    expect(found(born, v2, { 'quota:cpu_shares': '512' })).toEqual([]);
  });

  it('is none when a prune takes the shares out of it', () => {
    const domain = readDomain(born);
    const { quota } = wholeQuota({});
    const codes = (prune: boolean) =>
      flavorWish({ quota, prune })
        .translate('config', domain, v2)
        .diagnostics.map(one => one.code);
    expect(codes(false)).toEqual(['does-not-start']);
    expect(codes(true)).toEqual([]);
  });

  it.each<readonly [string, HostCapabilities, string]>([
    ['<shares>0</shares>', v1, 'cpu/cpu_shares 0 2-262144 cgroup v1'],
    ['<shares>0</shares>', v2, 'cpu/cpu_shares 0 1-10000 cgroup v2'],
    ['<shares>0</shares><quota>2000</quota>', v2, 'cpu/cpu_shares 0 1-10000 cgroup v2'],
    ['<shares>1</shares>', v1, 'cpu/cpu_shares 1 2-262144 cgroup v1'],
    ['<shares>262145</shares>', {}, 'cpu/cpu_shares 262145 2-262144 cgroup v1'],
    ['<period>999</period>', {}, 'cpu/vcpu_period 999 1000-1000000'],
    ['<emulator_quota>999</emulator_quota>', {}, 'cpu/emulator_quota 999 1000-17592186044415'],
    ['<quota>17592186044416</quota>', {}, 'cpu/vcpu_quota 17592186044416 1000-17592186044415'],
  ])('%s on %o', (cputune, host, expected) => {
    const xml = xmlOf(`<cputune>${cputune}</cputune>`);
    expect(found(xml, host)).toEqual([`warning does-not-start ${expected}`]);
    expect(found(xml, host, { 'quota:disk_read_iops_sec': '5' })).toHaveLength(1);
  });

  it('shares of 0 also when another limit of the CPU is asked for: they stay in the text', () => {
    const xml = xmlOf('<cputune><shares>0</shares></cputune>');
    expect(found(xml, v2, { 'quota:cpu_quota': '50000' })).toHaveLength(1);
    const { tuning } = translateFlavor({
      quota: wholeQuota({ 'quota:cpu_quota': '50000' }).quota,
      domain: readDomain(xml),
      capabilities: v2,
    });
    expect(applyTuningToXml(xml, tuning)).toContain('<shares>0</shares>');
  });

  it.each([
    '<shares>10000</shares><quota>-1</quota><period>0</period>',
    '<quota>17592186044415</quota>',
    '<quota>-9223372036854775808</quota>',
  ])('but not %s', cputune => {
    expect(found(xmlOf(`<cputune>${cputune}</cputune>`), v2)).toEqual([]);
  });

  it('a throttle that QEMU refuses, and a burst that tc does', () => {
    const iotune = '<iotune><read_bytes_sec>1000000000000001</read_bytes_sec></iotune>';
    const alone = '<iotune><read_bytes_sec_max>5</read_bytes_sec_max></iotune>';
    const burst = "<bandwidth><outbound average='1' burst='4194304'/></bandwidth>";
    expect(found(xmlOf('', iotune), v2)).toEqual([
      'warning does-not-start disk vda/read_bytes_sec 1000000000000001 1-1000000000000000',
    ]);
    expect(found(xmlOf('', alone), v2)[0]).toMatch(/^warning needs-base disk vda\/read_bytes_sec_max 5 /);
    expect(found(xmlOf('', '', burst), v2)).toEqual([
      'warning does-not-start interface 52:54:00:00:00:01/outbound.burst 4194304 1-4194303',
    ]);
  });
});

describe('what a running interface keeps and no call can set again', () => {
  const kept = (nic: string, specs: Specs) => {
    const domain = readDomain(xmlOf('', '', nic));
    const { tuning } = translateFlavor({ quota: wholeQuota(specs).quota, domain, capabilities: v2 });
    return checkKept({ domain, tuning }).map(
      ({ severity, code, path, value }) => `${severity} ${code} ${path} ${value}`,
    );
  };
  const large = "<bandwidth><inbound average='4294967296'/></bandwidth>";

  it('is an error before anything is touched', () => {
    expect(kept(large, { 'quota:vif_outbound_average': '5' })).toEqual([
      'error out-of-range interface 52:54:00:00:00:01/inbound.average 4294967296',
    ]);
  });

  it('and nobody’s business where nothing of that interface is asked, or just that', () => {
    expect(kept(large, {})).toEqual([]);
    expect(kept(large, { 'quota:vif_inbound_average': '5' })).toEqual([]);
    expect(
      kept("<bandwidth><inbound average='4294967295'/></bandwidth>", { 'quota:vif_outbound_average': '5' }),
    ).toEqual([]);
  });
});
