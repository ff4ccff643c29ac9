import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { problems } from './validator.ts';

const sample = (path: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../samples', path), 'utf8'));

describe('flavors', () => {
  it.each(['m1.resquota.json', 'm1.resquota.openstack.json', 'm1.resquota.pike.json'])('takes %s', file => {
    expect(problems('flavor', sample(`flavors/${file}`))).toEqual([]);
  });

  it.each([
    ['numbers', { 'quota:cpu_shares': 512, 'quota:cpu_quota': -1, 'quota:cpu_period': 0 }],
    ['text', { extra_specs: { 'quota:cpu_shares': '512', 'quota:disk_read_iops_sec': '' } }],
    ['other namespaces', { extra_specs: { 'hw:cpu_policy': 'dedicated', 'quota:later': '1' } }],
    ['words for VMware', { 'quota:cpu_shares_level': 'custom' }],
  ])('takes %s', (_, flavor) => {
    expect(problems('flavor', flavor)).toEqual([]);
  });

  it.each([
    ['a weight of 0', { 'quota:cpu_shares': 0 }],
    ['a period that is too short', { extra_specs: { 'quota:cpu_period': 999 } }],
    ['a burst that tc cannot hold', { flavor: { extra_specs: { 'quota:vif_inbound_burst': 4_194_304 } } }],
    ['text that is no number', { properties: { 'quota:cpu_quota': 'half' } }],
    ['digits with a line below, which libvirt does not read', { 'quota:disk_read_iops_sec': '1_000' }],
    ['a list', { extra_specs: { 'quota:cpu_shares': [512] } }],
    ['a word that VMware does not know', { 'quota:cpu_shares_level': 'extreme' }],
    ['no vCPU', { vcpus: 0, extra_specs: {} }],
  ])('refuses %s', (_, flavor) => {
    expect(problems('flavor', flavor)).not.toEqual([]);
  });
});

describe('volume QoS', () => {
  it.each([
    ['the API', { qos_specs: { name: 'gold', consumer: 'front-end', specs: { total_iops_sec: '500' } } }],
    ['the client', { consumer: 'both', properties: { read_bytes_sec_per_gb: '1000', vendor: 'x' } }],
    ['no consumer', { specs: { total_iops_sec_max: 500, size_iops_sec: '4096' } }],
  ])('takes what %s says', (_, qos) => {
    expect(problems('volume-qos', qos)).toEqual([]);
  });

  it.each([
    ['a consumer that there is not', { consumer: 'middle', specs: {} }],
    ['a number that is none', { consumer: 'front-end', specs: { total_iops_sec: 'many' } }],
    ['a negative one', { consumer: 'front-end', specs: { read_bytes_sec: -1 } }],
    ['something else', ['front-end']],
  ])('refuses %s', (_, qos) => {
    expect(problems('volume-qos', qos)).not.toEqual([]);
  });
});

describe('port QoS', () => {
  it.each(['gold.policy.json', 'guaranteed.policy.json'])('takes %s', file => {
    expect(problems('port-qos', sample(`port-qos/${file}`))).toEqual([]);
  });

  it('takes lists of rules and a rule', () => {
    expect(
      problems('port-qos', { bandwidth_limit_rules: [{ max_kbps: 3000, direction: 'ingress' }] }),
    ).toEqual([]);
    expect(problems('port-qos', { dscp_marking_rule: { dscp_mark: 46 } })).toEqual([]);
  });

  it.each([
    ['a mark that Neutron does not take', { rules: [{ type: 'dscp_marking', dscp_mark: 47 }] }],
    ['a limit without its number', { rules: [{ type: 'bandwidth_limit', direction: 'egress' }] }],
    ['a direction that there is not', { bandwidth_limit_rules: [{ max_kbps: 1, direction: 'any' }] }],
    ['a number that is too large', { bandwidth_limit_rule: { max_kbps: 2_147_483_648 } }],
    ['a type that there is not', { rules: [{ type: 'colour', max_kbps: 5 }] }],
  ])('refuses %s', (_, policy) => {
    expect(problems('port-qos', policy)).not.toEqual([]);
  });
});
