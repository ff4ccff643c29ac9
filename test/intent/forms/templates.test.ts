import { describe, expect, it } from 'vitest';
import { parseFlavors } from '../../../src/intent/flavor.ts';
import { parsePasted } from '../../../src/intent/forms/pasted.ts';
import { flavor, policy, specs, volume } from './read.ts';

const cpu = { 'quota:cpu_shares': '512' };
const resource = (extra: string, name = '"m1"') =>
  `# gold\nterraform {\n  required_version = ">= 1.5"\n}\nvariable "x" { default = 5 }\nresource "openstack_compute_flavor_v2" "m1" {\n  name  = ${name}\n  ram   = "1024"\n  vcpus = 2\n  disk  = var.disk\n  ${extra}\n}\n`;

describe('Terraform', () => {
  it.each([
    ['a resource', resource('extra_specs = {\n    "quota:cpu_shares" = "512"\n  }')],
    ['numbers and commas', resource('extra_specs = { "quota:cpu_shares" = 512, }')],
    ['colons and comments', resource('extra_specs = { /* a\n b */ "quota:cpu_shares" : "512" // half\n }')],
    [
      'a name that only Terraform knows',
      resource('extra_specs = {\n "quota:cpu_shares" = "512"\n}', 'var.name'),
    ],
  ])('is read with %s', (_, text) => {
    expect(specs(text)).toEqual(cpu);
  });

  it('tells name and vCPUs where they are literal', () => {
    expect(flavor(resource('extra_specs = { "quota:cpu_shares" = "512" }'))).toEqual({
      name: 'm1',
      vcpus: 2,
      extraSpecs: cpu,
      said: [],
    });
  });

  it.each([
    [
      'a variable',
      resource('extra_specs = { "quota:cpu_shares" = var.shares }'),
      /line 11: 'var.shares' is known to Terraform alone: write the value itself/,
    ],
    [
      'an interpolation',
      resource(`extra_specs = { "quota:cpu_shares" = "$\{var.shares}" }`),
      /is known to Terraform alone/,
    ],
    [
      'an expression',
      resource('extra_specs = { "quota:cpu_shares" = 2 * 256 }'),
      /'2 \* 256' is known to Terraform alone/,
    ],
    [
      'a merge',
      resource('extra_specs = merge(local.a, { "quota:cpu_shares" = 512 })'),
      /is known to Terraform alone/,
    ],
    [
      'a key that is worked out',
      resource('extra_specs = { (local.key) = 512 }'),
      /a key that only Terraform could tell/,
    ],
    ['no end', 'extra_specs = {\n  "quota:cpu_shares" = "512"\n', /'}' was expected/],
    [
      'a list that a brace ends',
      resource('extra_specs = { "quota:cpu_shares" = [}\n}'),
      /'\[}' is known to Terraform alone/,
    ],
    ['no extra specs', resource(''), /flavor 'm1' without its extra specs/],
  ])('is refused with %s', (_, text, message) => {
    expect(() => specs(text)).toThrow(message);
  });

  it('has QoS of volumes and rules of ports as well', () => {
    expect(
      volume(
        'resource "openstack_blockstorage_qos_v3" "q" {\n  name = "gold"\n  consumer = "front-end"\n  specs = {\n    read_iops_sec = "500"\n  }\n}',
      ),
    ).toEqual({ name: 'gold', consumer: 'front-end', specs: { read_iops_sec: '500' }, said: [] });
    expect(
      policy(
        'resource "openstack_networking_qos_bandwidth_limit_rule_v2" "r" {\n  qos_policy_id = openstack_networking_qos_policy_v2.p.id\n  max_kbps = 3000\n  max_burst_kbps = 300\n  direction = "egress"\n}',
      ),
    ).toMatchObject({ bandwidthLimit: { egress: { maxKbps: 3000, maxBurstKbit: 300 } }, said: [] });
  });
});

describe('Heat', () => {
  const template = (spec: string) =>
    `heat_template_version: 2018-08-31\nparameters:\n  shares:\n    type: number\nresources:\n  net:\n    type: OS::Neutron::Net\n    properties:\n      name: n\n  m1:\n    type: OS::Nova::Flavor\n    properties:\n      name: m1\n      ram: 1024\n      vcpus: 2\n      flavorid: '7'\n      extra_specs: ${spec}\n`;

  it('is read', () => {
    const found = { name: 'm1', id: '7', vcpus: 2, extraSpecs: cpu, said: [] };
    expect(flavor(template('{"quota:cpu_shares": 512}'))).toEqual(found);
    expect(
      flavor(
        'type: OS::Nova::Flavor\nproperties:\n  ram: 1\n  vcpus: 1\n  extra_specs: {quota:cpu_shares: 512}\n',
      ).extraSpecs,
    ).toEqual(cpu);
    expect(flavor(template('{}')).extraSpecs).toEqual({});
  });

  it('whose value is a parameter is not: nobody knows it', () => {
    const text = template('{"quota:cpu_shares": {get_param: shares}}');
    expect(flavor(text)).toMatchObject({ extraSpecs: {}, said: ['not-a-scalar quota:cpu_shares'] });
    expect(() => flavor(template('{get_param: specs}'))).not.toThrow(TypeError);
  });
});

describe('Ansible', () => {
  it.each([
    [
      'a task',
      '- hosts: localhost\n  tasks:\n    - name: make it\n      openstack.cloud.compute_flavor:\n        name: m1\n        ram: 1024\n        vcpus: 2\n        extra_specs:\n          "quota:cpu_shares": 512\n',
    ],
    [
      'the old module',
      '- os_nova_flavor:\n    cloud: prod\n    name: m1\n    ram: 1024\n    vcpus: 2\n    extra_specs:\n      quota:cpu_shares: "512"\n',
    ],
    [
      'variables',
      '---\nnova_flavors:\n  - name: m1\n    ram: 1024\n    vcpus: 2\n    extra_specs:\n      quota:cpu_shares: 512\n',
    ],
  ])('is read from %s', (_, text) => {
    expect(flavor(text)).toEqual({ name: 'm1', vcpus: 2, extraSpecs: cpu, said: [] });
  });

  it('with a value that only Ansible knows is an error of that key', () => {
    expect(
      specs(
        '- os_nova_flavor:\n    name: m1\n    vcpus: 2\n    extra_specs:\n      quota:cpu_shares: "{{ shares }}"\n',
      ),
    ).toEqual({
      'quota:cpu_shares': '{{ shares }}',
    });
    expect(() =>
      specs('- os_nova_flavor:\n    name: m1\n    vcpus: 2\n    extra_specs: "{{ item.specs }}"\n'),
    ).toThrow("it: 'extra_specs' is a template that something else fills in: write the values out");
  });
});

describe('all flavors of a text', () => {
  it('are read for a catalogue, in every form that has several', () => {
    const names = (text: string) =>
      parseFlavors(text, { reader: parsePasted }, 'it').map(one => one.flavor.name);
    const two = ['a', 'b'];
    expect(
      names('{"flavors": [{"name": "a", "extra_specs": {}}, {"name": "b", "extra_specs": {}}]}'),
    ).toEqual(two);
    expect(
      names(
        '[{"ID": "1", "Name": "a", "Properties": {}}, {"ID": "2", "Name": "b", "Properties": "x:y=\'1\'"}]',
      ),
    ).toEqual(two);
    expect(names('"ID","Name","RAM","VCPUs","Properties"\n1,a,1,1,{}\n2,b,1,1,{}\n')).toEqual(two);
    expect(names('openstack flavor create --vcpus 1 a\nopenstack flavor create --vcpus 1 b')).toEqual(two);
    expect(
      names('flavors:\n- {name: a, vcpus: 1, extra_specs: {}}\n- {name: b, vcpus: 1, extra_specs: {}}\n'),
    ).toEqual(two);
    expect(
      names(resource('extra_specs = {}') + resource('extra_specs = {}', '"b"').replace('"m1" {', '"b" {')),
    ).toEqual(['m1', 'b']);
  });

  it('are refused when of one the extra specs are not told', () => {
    const list = '[{"ID": "1", "Name": "a", "RAM": 512, "VCPUs": 1, "Is Public": true}]';
    expect(() => parseFlavors(list, {}, 'it')).toThrow(/has flavor 'a' without its extra specs/);
  });
});
