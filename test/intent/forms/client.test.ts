import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileText, flavor, goldQos, limiter, policy, resquota, volume } from './read.ts';

const printed = (name: string) => fileText(`openstack-client/${name}`);
const folded = readdirSync(join(import.meta.dirname, 'folded'));
const foldedOf = (kind: string) => folded.filter(name => name.startsWith(`${kind}-`));
const whole = {
  name: 'm1.resquota',
  id: '9f335463-8f21-4800-9664-ee5086f45902',
  vcpus: 1,
  extraSpecs: resquota,
  said: [],
};
const bwLimiter = { id: '18c3c0de-a1c5-45c1-a8b6-592f0f1f06c8', name: 'bw-limiter', ...limiter };

describe('what the openstack client prints of a flavor', () => {
  it.each(['json', 'yaml', 'shell', 'table', 'value'])('is the same with -f %s', format => {
    expect(flavor(printed(`flavor.${format}`))).toEqual(whole);
  });

  it.each(foldedOf('flavor'))('is the same however narrow its table is: %s', name => {
    expect(flavor(fileText(`folded/${name}`))).toEqual(whole);
  });

  it.each(foldedOf('list'))('is the same as the row of a list: %s', name => {
    expect(flavor(fileText(`folded/${name}`))).toEqual(whole);
  });

  it('is told from what it says instead of an answer', () => {
    expect(() => flavor(printed('flavor.csv'))).toThrow(
      /^it is a message of the client and no answer: 'openstack flavor show: error: argument -f\/--format: invalid …'; give what it prints with -f json$/,
    );
  });
});

describe('what it prints of a QoS of volumes', () => {
  it.each(['json', 'yaml', 'shell', 'table'])('is the same with -f %s', format => {
    expect(volume(printed(`qos.${format}`))).toEqual(goldQos);
  });

  it.each(foldedOf('qos'))('is the same however narrow its table is: %s', name => {
    expect(volume(fileText(`folded/${name}`))).toEqual(goldQos);
  });

  it('is the same with -f value', () => {
    const text =
      "['gold']\nfront-end\n019b48c4-fb5a-4515-bea8-9fb027bf4022\ngold-qos\n{'read_iops_sec': '2000', 'total_bytes_sec_per_gb': '1000'}\n";
    expect(volume(text)).toEqual(goldQos);
    expect(volume(text.replace("['gold']", '[]'))).toEqual(goldQos);
  });

  it("is what cinder's client printed before", () => {
    const table = (specs: string) =>
      `+----------+--------+\n| Property | Value  |\n+----------+--------+\n| consumer | front-end |\n| id | 019b48c4 |\n| name | gold-qos |\n${specs}\n+----------+--------+\n`;
    for (const one of [
      "| specs | {u'read_iops_sec': u'2000', u'total_bytes_sec_per_gb': u'1000'} |",
      '| specs    | read_iops_sec : 2000 |\n|          | total_bytes_sec_per_gb : 1000 |',
    ]) {
      expect(volume(`$ cinder qos-show 019b48c4\n${table(one)}`)).toEqual(goldQos);
    }
  });
});

describe("what it prints of a network's policy", () => {
  it.each(['json', 'yaml', 'shell', 'table'])('is the same with -f %s', format => {
    expect(policy(printed(`policy.${format}`))).toEqual(bwLimiter);
  });

  it.each(foldedOf('policy'))('is the same however narrow its table is: %s', name => {
    expect(policy(fileText(`folded/${name}`))).toEqual(bwLimiter);
  });

  it('is the same with -f value', () => {
    const rules = /^rules="(.*)"$/m.exec(printed('policy.shell'))?.[1];
    const text = `\n18c3c0de-a1c5-45c1-a8b6-592f0f1f06c8\nFalse\nbw-limiter\n42dc732b\n${rules}\nFalse\n[]\n`;
    expect(policy(text)).toEqual(bwLimiter);
  });

  it.each(['json', 'yaml', 'table'])('is the same as its rules with -f %s', format => {
    expect(policy(printed(`rules.${format}`))).toEqual(limiter);
  });

  it.each(foldedOf('rules'))('is the same as rules in a narrow table: %s', name => {
    expect(policy(fileText(`folded/${name}`))).toEqual(limiter);
  });

  it('is the same as its rules with -f csv', () => {
    const csv =
      '"ID","QoS Policy ID","Type","Max Kbps","Max Burst Kbits","Min Kbps","Min Kpps","DSCP mark","Direction"\n' +
      '"652b0576","18c3c0de","bandwidth_limit",3000,300,"","","","egress"\n"d4445024","18c3c0de","dscp_marking","","","","",26,""\n';
    expect(policy(csv)).toEqual(limiter);
  });

  it('is told from what it says instead of an answer, and from values that nobody could name', () => {
    expect(() => policy(printed('rules.shell'))).toThrow(/is a message of the client and no answer/);
    const values = '652b0576-a112 18c3c0de bandwidth_limit 3000 300    egress\n';
    expect(() => policy(values)).toThrow(
      /at line 1: '652b0576.*' is in no form that is read: give .* -f json/,
    );
  });
});

describe('what the APIs answer', () => {
  const answer = (name: string) => fileText(`openstack-api/${name}.json`);

  it('is a flavor, alone or in its servers', () => {
    expect(flavor(answer('flavors-2.61'))).toEqual(whole);
    const { id: _, ...unnumbered } = whole;
    expect(flavor(answer('servers-2.79'))).toEqual(unnumbered);
  });

  it('is a QoS of volumes, and a policy', () => {
    expect(volume(answer('volume-qos-specs'))).toEqual(goldQos);
    expect(policy(answer('qos-policies'))).toEqual(bwLimiter);
  });

  it.each<readonly [string, string]>([
    ['volume-qos-specs', 'it is no flavor but a QoS of volumes: --volume DISK=FILE takes it'],
    ['qos-policies', "it is no flavor but a network's QoS policy: virt-quota port takes it"],
    ...['networks', 'ports', 'token', 'volume-types'].map(
      name => [name, 'it is no flavor: it has neither'] as const,
    ),
  ])('is no flavor when it is about something else: %s', (name, message) => {
    expect(() => flavor(answer(name))).toThrow(message);
  });

  it.each(['flavors-2.61', 'servers-2.79', 'networks', 'ports', 'token', 'volume-types', 'qos-policies'])(
    'is no QoS of volumes when it is about something else: %s',
    name => {
      expect(() => volume(answer(name))).toThrow(/is no volume QoS/);
    },
  );
});
