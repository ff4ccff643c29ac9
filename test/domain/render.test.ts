import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDomain } from '../../src/domain/read-domain.ts';
import { applyTuningToXml } from '../../src/domain/render.ts';
import { translateFlavor } from '../../src/domain/translate.ts';
import type { DeviceRef, DomainTuning, Limits } from '../../src/domain/tuning.ts';
import { parseFlavor } from '../../src/intent/flavor.ts';
import { flavorQuota } from '../../src/intent/flavor-quota.ts';

const samples = join(import.meta.dirname, '../../samples');
const read = (name: string) => readFileSync(join(samples, name), 'utf8');
const cpu: DeviceRef = { kind: 'cpu' };
const disk: DeviceRef = { kind: 'disk', target: 'vda' };
const nic: DeviceRef = { kind: 'interface', mac: '52:54:00:00:00:01' };
const set = (xml: string, device: DeviceRef, limits: Limits) =>
  applyTuningToXml(xml, [{ device, limits, because: {} }]);

function translate(name: string): { xml: string; tuning: DomainTuning } {
  const xml = read(`domains/${name}`);
  const { quota } = flavorQuota(parseFlavor(read('flavors/m1.resquota.json')).flavor.extraSpecs);
  return { xml, tuning: translateFlavor({ quota, domain: readDomain(xml), capabilities: {} }).tuning };
}

/** Lines that are gone, and lines that are new. */
function lineDiff(before: string, after: string): readonly string[] {
  const [left, right] = [before.split('\n'), after.split('\n')];
  const diff: string[] = [];
  let at = 0;
  for (const line of right) {
    const found = left.indexOf(line, at);
    if (found === -1 || (line.trim().startsWith('</') && left[at] !== line)) diff.push(`+${line}`);
    else {
      for (; at < found; at += 1) diff.push(`-${left[at]}`);
      at = found + 1;
    }
  }
  return diff;
}

describe('m1.resquota in the sample domains', () => {
  it('adds shares, quota and period before the pins, an iotune and three bandwidths, and touches nothing else', () => {
    const { xml, tuning } = translate('instance-00000041.xml');
    const bandwidth = [
      '+      <bandwidth>',
      "+        <inbound average='32768' peak='65536' burst='131072'/>",
      "+        <outbound average='32768' peak='65536' burst='131072'/>",
      '+      </bandwidth>',
    ];
    expect(lineDiff(xml, applyTuningToXml(xml, tuning))).toEqual([
      '+    <shares>512</shares>',
      '+    <quota>50000</quota>',
      '+    <period>100000</period>',
      '+      <iotune>',
      '+        <read_bytes_sec>1000000</read_bytes_sec>',
      '+        <write_bytes_sec>1024000</write_bytes_sec>',
      '+      </iotune>',
      ...bandwidth,
      ...bandwidth,
      ...bandwidth,
    ]);
  });

  it('replaces what is there, drops the burst of the total, and leaves the volume and vhost-user alone', () => {
    const { xml, tuning } = translate('instance-00000042-ovs.xml');
    const after = applyTuningToXml(xml, tuning);
    expect(after).toContain(
      '    <shares>512</shares>\n    <quota>50000</quota>\n    <period>100000</period>\n    <emulatorpin',
    );
    expect(readDomain(after).disks.map(one => one.iotune)).toEqual([
      { read_bytes_sec: 1_000_000, write_bytes_sec: 1_024_000, total_iops_sec: 500 },
      {},
      {},
    ]);
    const bandwidth = {
      'inbound.average': 32_768,
      'inbound.peak': 65_536,
      'inbound.burst': 131_072,
      'outbound.average': 32_768,
      'outbound.peak': 65_536,
      'outbound.burst': 131_072,
    };
    expect(readDomain(after).interfaces.map(one => one.bandwidth)).toEqual([bandwidth, bandwidth, {}]);
  });

  it.each(['instance-00000041.xml', 'instance-00000042-ovs.xml'])('twice is once, in %s', name => {
    const { xml, tuning } = translate(name);
    const once = applyTuningToXml(xml, tuning);
    expect(applyTuningToXml(once, tuning)).toBe(once);
  });

  it('works the same on lines that end in CRLF, behind a byte order mark', () => {
    const { xml, tuning } = translate('instance-00000041.xml');
    const dos = `\ufeff${xml.replaceAll('\n', '\r\n')}`;
    expect(applyTuningToXml(dos, tuning)).toBe(
      `\ufeff${applyTuningToXml(xml, tuning).replaceAll('\n', '\r\n')}`,
    );
  });
});

const domain = (inside: string) => `<domain type="kvm">\n  <name>d</name>\n${inside}</domain>\n`;

describe('<cputune>', () => {
  it.each([
    ['behind vcpu and iothreads', '  <vcpu>2</vcpu>\n  <iothreads>1</iothreads>\n  <os/>\n'],
    ['behind vcpu and its comment', '  <vcpu>2</vcpu> <!-- two -->\n  <os/>\n'],
    ['behind memory, without vcpu', '  <memory>1</memory>\n  <os/>\n'],
  ])('is written %s', (_, inside) => {
    const element = '  <cputune>\n    <shares>5</shares>\n  </cputune>\n';
    expect(set(domain(inside), cpu, { cpu_shares: 5 })).toBe(
      domain(inside.replace('  <os/>', `${element}  <os/>`)),
    );
  });

  it('keeps its neighbours, a number spelled otherwise, and what was not asked for', () => {
    const inside = `  <cputune>\n    <vcpupin vcpu='0' cpuset='1'/>\n    <period>0100000</period>\n    <emulator_quota>5000</emulator_quota>\n    <quota>1000</quota>\n  </cputune>\n`;
    expect(set(domain(inside), cpu, { vcpu_period: 100_000, vcpu_quota: 2000 })).toBe(
      domain(inside.replace('>1000<', '>2000<')),
    );
  });

  it('loses what is taken away, and goes with the last of it', () => {
    const inside = '  <cputune>\n    <shares>5</shares>\n    <quota>1000</quota>\n  </cputune>\n';
    expect(set(domain(inside), cpu, { vcpu_quota: 0 })).toBe(
      domain(inside.replace('    <quota>1000</quota>\n', '')),
    );
    expect(set(domain(inside), cpu, { vcpu_quota: 0, cpu_shares: 0 })).toBe(domain(''));
  });

  it('is not written for a limit of 0', () => {
    expect(set(domain(''), cpu, { vcpu_quota: 0 })).toBe(domain(''));
  });
});

const withDisk = (inside: string) => `<domain><devices><disk>${inside}</disk></devices></domain>`;

describe('<iotune>', () => {
  it.each([
    ['behind serial', `<target dev='vda'/><serial>s</serial>`, `<blockio/><address/>`],
    ['behind target', `<source/><target dev='vda'/>`, `<readonly/><boot/>`],
  ])('is written %s', (_, before, after) => {
    const element = '<iotune><read_iops_sec>5</read_iops_sec></iotune>';
    expect(set(withDisk(before + after), disk, { read_iops_sec: 5 })).toBe(
      withDisk(before + element + after),
    );
  });

  it('keeps its group and families that are not asked for', () => {
    const before = `<target dev='vda'/><iotune><total_bytes_sec>1</total_bytes_sec><group_name>g</group_name></iotune>`;
    expect(set(withDisk(before), disk, { read_iops_sec: 5 })).toBe(
      withDisk(before.replace('<group', '<read_iops_sec>5</read_iops_sec><group')).replace(
        '<total_bytes_sec>1</total_bytes_sec><read_iops_sec>5</read_iops_sec>',
        '<read_iops_sec>5</read_iops_sec><total_bytes_sec>1</total_bytes_sec>',
      ),
    );
  });

  it('gets its group behind the I/O size and before the lengths, escaped, or another one in its place', () => {
    const limits = { read_iops_sec: 5, read_iops_sec_max: 6, read_iops_sec_max_length: 7, group_name: 'a&b' };
    const after = set(withDisk(`<target dev='vda'/>`), disk, limits);
    expect(after).toBe(
      withDisk(
        `<target dev='vda'/><iotune><read_iops_sec>5</read_iops_sec><read_iops_sec_max>6</read_iops_sec_max>` +
          '<group_name>a&amp;b</group_name><read_iops_sec_max_length>7</read_iops_sec_max_length></iotune>',
      ),
    );
    expect(set(after, disk, limits)).toBe(after);
    expect(set(after, disk, { ...limits, group_name: 'c' })).toBe(after.replace('a&amp;b', 'c'));
  });

  it('goes with its last limit, since libvirt refuses a group without any', () => {
    const before = `<target dev='vda'/><iotune><total_bytes_sec>1</total_bytes_sec><group_name>g</group_name></iotune>`;
    expect(set(withDisk(before), disk, { total_bytes_sec: 0 })).toBe(withDisk(`<target dev='vda'/>`));
  });
});

const withNic = (inside: string, type = 'bridge') =>
  `<domain><devices><interface type="${type}"><mac address="52:54:00:00:00:01"/>${inside}</interface></devices></domain>`;

describe('<bandwidth>', () => {
  it('is written last, before alias and address', () => {
    const element = "<bandwidth><inbound average='1'/></bandwidth>";
    expect(set(withNic('<target/><alias/><address/>'), nic, { 'inbound.average': 1 })).toBe(
      withNic(`<target/>${element}<alias/><address/>`),
    );
  });

  it('has its attributes changed where they stand', () => {
    const before = `<bandwidth><!-- c --><inbound  burst='7' average="5"/><outbound average='1'/></bandwidth>`;
    expect(set(withNic(before), nic, { 'inbound.average': 6, 'inbound.peak': 8 })).toBe(
      withNic(`<bandwidth><!-- c --><inbound average="6" peak='8'/><outbound average='1'/></bandwidth>`),
    );
  });

  it('keeps a floor, and gets the peak that an Open vSwitch port needs', () => {
    const port = `<virtualport type='openvswitch'/>`;
    expect(
      set(withNic(`${port}<bandwidth><inbound average='5' floor='2'/></bandwidth>`), nic, {
        'inbound.average': 6,
      }),
    ).toBe(withNic(`${port}<bandwidth><inbound average='6' peak='6' floor='2'/></bandwidth>`));
  });

  it('gets the direction that it lacks', () => {
    expect(
      set(withNic(`<bandwidth><outbound average='1'/></bandwidth>`), nic, { 'inbound.average': 6 }),
    ).toBe(withNic(`<bandwidth><inbound average='6'/><outbound average='1'/></bandwidth>`));
    expect(
      set(withNic(`<bandwidth><inbound average='1'/></bandwidth>`), nic, { 'outbound.average': 6 }),
    ).toBe(withNic(`<bandwidth><inbound average='1'/><outbound average='6'/></bandwidth>`));
    expect(set(withNic(`<bandwidth/>`), nic, { 'outbound.average': 6 })).toBe(
      withNic(`<bandwidth><outbound average='6'/></bandwidth>`),
    );
  });

  it('loses a direction, and goes with the last one', () => {
    const before = withNic(`<bandwidth><inbound average='1'/><outbound average='1'/></bandwidth>`);
    expect(set(before, nic, { 'inbound.average': 0 })).toBe(
      withNic(`<bandwidth><outbound average='1'/></bandwidth>`),
    );
    expect(set(before, nic, { 'inbound.average': 0, 'outbound.average': 0 })).toBe(withNic(''));
  });

  it('is not written where nothing enforces it', () => {
    expect(set(withNic('', 'vhostuser'), nic, { 'inbound.average': 1 })).toBe(withNic('', 'vhostuser'));
  });
});

describe('a device that is not there', () => {
  it.each([
    [{ kind: 'disk', target: 'vdz' } as const, /no disk vdz/],
    [{ kind: 'interface', mac: '00:00:00:00:00:00' } as const, /no interface 00:00:00:00:00:00/],
  ])('%o', (device, message) => {
    expect(() => set(domain(''), device, {})).toThrow(message);
  });

  it('but a MAC may be written in capitals', () => {
    const xml = withNic('').replace('52:54:00:00:00:01', '52:54:AA:00:00:01');
    expect(set(xml, { kind: 'interface', mac: '52:54:aa:00:00:01' }, { 'inbound.average': 1 })).toContain(
      'average',
    );
  });
});
