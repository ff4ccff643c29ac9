import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { flavorFromMetadata } from '../../src/domain/nova-metadata.ts';
import { QuotaError } from '../../src/errors.ts';

const samples = join(import.meta.dirname, '../../samples/domains');
const sample = (name: string) => readFileSync(join(samples, name), 'utf8');

const withMetadata = (metadata: string, attributes = '') =>
  `<domain${attributes}><name>d</name><metadata>${metadata}</metadata></domain>`;
const flavor = (prefix: string, inside: string) =>
  `<${prefix}flavor name='m1' id='7'><${prefix}vcpus>2</${prefix}vcpus>${inside}</${prefix}flavor>`;
const uri = 'http://openstack.org/xmlns/libvirt/nova/1.0';

describe("a flavor in Nova's metadata", () => {
  it('comes with its name, id, vCPUs and extra specs', () => {
    const found = flavorFromMetadata(sample('instance-00000043-volumes.xml'));
    expect({ ...found, extraSpecs: { ...found.extraSpecs } }).toEqual({
      name: 'm1.resquota',
      id: '8f3c2a6e-2c57-4f0b-9d4e-51c8f6f2a7b1',
      vcpus: 4,
      extraSpecs: {
        'quota:cpu_shares': '512',
        'quota:cpu_period': '100000',
        'quota:cpu_quota': '50000',
        'quota:disk_read_bytes_sec': '1000000',
        'quota:disk_write_bytes_sec': '1024000',
        'quota:vif_inbound_average': '32768',
        'quota:vif_inbound_peak': '65536',
        'quota:vif_inbound_burst': '131072',
        'quota:vif_outbound_average': '32768',
        'quota:vif_outbound_peak': '65536',
        'quota:vif_outbound_burst': '131072',
      },
    });
  });

  it.each([
    [
      'under any prefix',
      withMetadata(
        `<n:instance xmlns:n='${uri}'>${flavor('n:', `<n:extraSpecs><n:extraSpec name='a:b'>1</n:extraSpec></n:extraSpecs>`)}</n:instance>`,
      ),
    ],
    [
      'under none',
      withMetadata(
        `<instance xmlns='${uri}'>${flavor('', `<extraSpecs><extraSpec name='a:b'>1</extraSpec></extraSpecs>`)}</instance>`,
      ),
    ],
    [
      'with its namespace declared further out, behind strangers',
      withMetadata(
        `<nova:instance xmlns:nova='urn:other'/><n:instance>${flavor('n:', `<n:extraSpecs><n:extraSpec name='a:b'>1</n:extraSpec></n:extraSpecs>`)}</n:instance>`,
        ` xmlns:n='${uri}'`,
      ),
    ],
  ])('is found by its namespace, %s', (_, xml) => {
    const found = flavorFromMetadata(xml);
    expect([found.name, found.id, found.vcpus, { ...found.extraSpecs }]).toEqual([
      'm1',
      '7',
      2,
      { 'a:b': '1' },
    ]);
  });

  it('may ask for nothing', () => {
    const xml = withMetadata(`<n:instance xmlns:n='${uri}'>${flavor('n:', '<n:extraSpecs/>')}</n:instance>`);
    expect(Object.keys(flavorFromMetadata(xml).extraSpecs)).toEqual([]);
  });

  it.each([
    ['<domain/>', /it has no flavor of Nova's in its metadata/],
    [withMetadata('<x/>'), /no flavor of Nova's/],
    [
      withMetadata(`<nova:instance xmlns:nova='urn:other'><nova:flavor/></nova:instance>`),
      /no flavor of Nova's/,
    ],
    [
      sample('instance-00000041.xml'),
      /it has no extra specs in Nova's metadata, which only Nova 32 and later/,
    ],
    ['<network/>', /not a domain/],
  ])('that is not there is not made up: %#', (xml, message) => {
    expect(() => flavorFromMetadata(xml, 'it')).toThrow(QuotaError);
    expect(() => flavorFromMetadata(xml, 'it')).toThrow(message);
  });
});
