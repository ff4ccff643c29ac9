import { describe, expect, it } from 'vitest';
import { fileText, flavor, policy, specs, volume } from './read.ts';

const input = (name: string) => fileText(`inputs/${name}`);

describe('what people gave in public reports', () => {
  it.each(['01-flavor-show-table.txt', '01b-flavor-show-table-with-prompt.txt'])(
    "is the client's table, also under a prompt: %s",
    name => {
      expect(flavor(input(name))).toEqual({
        name: 'm1.demo',
        id: '11111111-2222-4333-8444-555555555555',
        vcpus: 1,
        extraSpecs: {
          'quota:cpu_shares': '512',
          'quota:disk_read_bytes_sec': '1000000',
          'quota:vif_inbound_average': '32768',
        },
        said: [],
      });
    },
  );

  it.each([
    [
      '02-flavor-set-lines.txt',
      { 'quota:disk_read_bytes_sec': '10240000', 'quota:disk_write_bytes_sec': '10240000' },
    ],
    [
      '02b-nova-flavor-key.txt',
      { 'quota:vif_outbound_average': '1024', 'quota:vif_inbound_average': '2048' },
    ],
    ['02c-flavor-set-continued.txt', { 'quota:cpu_shares': '512', 'quota:vif_inbound_average': '32768' }],
  ])('is command lines that set a flavor: %s', (name, extraSpecs) => {
    expect(flavor(input(name))).toEqual({ name: 'm1.demo', extraSpecs, said: [] });
  });

  it('is a command line that makes the QoS of volumes', () => {
    expect(volume(input('03-volume-qos-create.txt'))).toEqual({
      name: 'gold',
      consumer: 'front-end',
      specs: { total_iops_sec: '6000' },
      said: [],
    });
  });

  it('is a list with one flavor', () => {
    expect(flavor(input('04-flavor-list-long.json'))).toEqual({
      name: 'm1.resquota',
      id: '1',
      vcpus: 1,
      extraSpecs: { 'quota:cpu_shares': '512' },
      said: [],
    });
  });

  it('is the properties alone, as a value', () => {
    expect(specs(input('05-properties-value.txt'))).toEqual({
      'quota:cpu_shares': '512',
      'quota:disk_read_bytes_sec': '1000000',
      'quota:disk_write_bytes_sec': '1024000',
    });
  });

  it('is the table of a QoS of volumes', () => {
    expect(volume(input('06-volume-qos-show-table.txt'))).toEqual({
      name: 'gold',
      consumer: 'front-end',
      specs: { read_iops_sec: '500', write_iops_sec: '500' },
      said: [],
    });
  });

  it('is the table of a rule under the command that made it, which names its type and policy', () => {
    expect(policy(input('07-network-qos-rule-table.txt'))).toEqual({
      name: 'bw-limiter',
      bandwidthLimit: { egress: { maxKbps: 3000, maxBurstKbit: 300 } },
      minimumBandwidthKbps: {},
      packetRateLimit: {},
      minimumPacketRateKpps: {},
      said: [],
    });
  });

  it('is the flavor inside the one text of a server', () => {
    expect(flavor(input('08-server-show.json'))).toEqual({
      name: 'm1.io',
      id: 'm1.io',
      vcpus: 2,
      extraSpecs: { 'hw:cpu_policy': 'dedicated', 'quota:disk_total_iops_sec': '500' },
      said: [],
    });
  });

  it('is the extra specs of Terraform', () => {
    expect(specs(input('09-terraform-extra-specs.txt'))).toEqual({
      'hw_rng:allowed': 'true',
      'hw_rng:rate_bytes': '2048',
      'quota:disk_total_bytes_sec': '2097152000',
      'quota:disk_total_iops_sec': '3000',
      'quota:vif_inbound_average': '2097152',
      'quota:vif_outbound_average': '2097152',
      'aggregate_instance_extra_specs:flavor': 'c2',
    });
  });

  it("is the variables of a playbook: two flavors, which is no flavor but a catalogue's", () => {
    expect(() => flavor(input('09b-ansible-flavors.yaml'))).toThrow(
      "it has 2 flavors ('m1.tiny', 'm1.small'): give the one that is meant, as openstack flavor show NAME -f json, or all of them to an audit with --flavors",
    );
  });

  it("is Nova's answer before microversion 2.61, which proves nothing", () => {
    expect(() => flavor(input('10-nova-api-before-2.61.json'))).toThrow(
      "it has flavor 'm1.demo' without its extra specs, as Nova answers before microversion 2.61: what it asks for is not known; give openstack flavor show m1.demo -f json",
    );
  });
});
