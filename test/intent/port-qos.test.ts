import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/diagnostics.ts';
import { effectivePortQos } from '../../src/intent/effective-port-qos.ts';
import { type PortQos, parsePortQos } from '../../src/intent/port-qos.ts';

const samples = join(import.meta.dirname, '../../samples/port-qos');
const limits = {
  bandwidthLimit: { egress: { maxKbps: 3000, maxBurstKbit: 2400 }, ingress: { maxKbps: 3000 } },
  dscpMark: 26,
  minimumBandwidthKbps: {},
  packetRateLimit: {},
  minimumPacketRateKpps: {},
};
const identity = { id: '46ebaec0-0570-43ac-82f6-60d2b03168c4', name: 'gold' };

describe('a Neutron QoS policy', () => {
  it.each([
    ['gold.policy.json', { ...identity, ...limits }],
    ['gold.policy-show.yaml', { ...identity, ...limits }],
    ['gold.rule-list.json', limits],
  ])('is the same in every form: %s', (file, qos) => {
    expect(parsePortQos(readFileSync(join(samples, file), 'utf8'))).toEqual({ qos, diagnostics: [] });
  });

  it.each([
    ['one policy of a list', '{"policies": [{"rules": [{"type": "dscp_marking", "dscp_mark": 26}]}]}'],
    ['rules by type', '{"dscp_marking_rules": [{"dscp_mark": 26}]}'],
    ['one rule of the API', '{"dscp_marking_rule": {"dscp_mark": "26", "id": "x"}}'],
    ['one rule of the client', '{"dscp_mark": 26, "id": "x"}'],
    ['one rule of the client as YAML', 'dscp_mark: 26\nid: x\n'],
    [
      'the lines of the client for a shell',
      `id="x"\nname="gold"\nrules="[{'dscp_mark': 26, 'id': 'a', 'type': 'dscp_marking'}]"\n`,
    ],
    ['rules that an old client leaves as Python prints them', `{"rules": "[{u'dscp_mark': 26}]"}`],
    ['a list of rules in YAML', '- Type: dscp_marking\n  DSCP mark: 26\n'],
  ])('is read from %s', (_, text) => {
    const { qos, diagnostics } = parsePortQos(text);
    expect([qos.dscpMark, diagnostics]).toEqual([26, []]);
  });

  it('reads all five types of rules', () => {
    const text = readFileSync(join(samples, 'guaranteed.policy.json'), 'utf8');
    const { qos, diagnostics } = parsePortQos(text);
    expect(diagnostics).toEqual([]);
    expect(qos).toMatchObject({
      bandwidthLimit: { egress: { maxKbps: 50000, maxBurstKbit: 5000 } },
      minimumBandwidthKbps: { egress: 10000 },
      packetRateLimit: { egress: { maxKpps: 20, maxBurstKpps: 2 } },
      minimumPacketRateKpps: { any: 5 },
    });
  });

  it.each([
    ['no JSON', '{"policy": '],
    ['no YAML', 'a: [1\nb: 2'],
    ['an alias, which could stand for anything', 'rules: &a []\nother: *a\n'],
    ['a tag', 'rules: !!js/function "x"\n'],
    ['two documents', 'rules: []\n---\nrules: []\n'],
    ['empty', '  \n'],
    ['something else', '{"flavor": {"vcpus": 1}}'],
    ['two policies', '{"policies": [{"rules": []}, {"rules": []}]}'],
    ['rules that are text', '{"rules": "fast"}'],
    ['rules that are a number', '{"rules": 5}'],
    ['rules as Python prints them, cut off', `{"rules": "[{'dscp_mark': 26}"}`],
    ['a number', '42'],
    ['nested without end', '['.repeat(100_000)],
    ['YAML nested without end', `a: ${'['.repeat(3000)}`],
    ['more rules than there can be', JSON.stringify({ rules: Array(101).fill({}) })],
    ['too large', `"${'x'.repeat(1024 * 1024)}"`],
  ])('is refused when it is %s', (_, text) => {
    expect(() => parsePortQos(text)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
  });

  it('takes no key of an object for more than text', () => {
    const { qos, diagnostics } = parsePortQos(
      '{"rules": [{"type": "__proto__", "max_kbps": 1}, {"type": "bandwidth_limit", "max_kbps": 5, "__proto__": 1}]}',
    );
    expect(codes(diagnostics)).toEqual(['rules[0].type unknown-choice', 'rules[1].__proto__ unknown-field']);
    expect(qos.bandwidthLimit.egress).toEqual({ maxKbps: 5 });
  });
});

describe('a rule that Neutron refuses, or nothing could enforce', () => {
  const bandwidth = { type: 'bandwidth_limit', max_kbps: 3000 };
  it.each([
    [
      'a DSCP that Neutron does not know',
      [{ type: 'dscp_marking', dscp_mark: 27 }],
      'rules[0].dscp_mark unknown-choice',
    ],
    ['a limit of 0', [{ ...bandwidth, max_kbps: 0 }], 'rules[0].max_kbps zero-rate'],
    ['no code point', [{ type: 'dscp_marking', dscp_mark: -1 }], 'rules[0].dscp_mark unknown-choice'],
    [
      'a packet rate beyond the 32 bits of a meter',
      [{ type: 'packet_rate_limit', max_kpps: 4294968 }],
      'rules[0].max_kpps out-of-range',
    ],
    [
      'a burst of packets beyond them',
      [{ type: 'packet_rate_limit', max_kpps: 1, max_burst_kpps: 4294968 }],
      'rules[0].max_burst_kpps out-of-range',
    ],
    ['no number', [{ type: 'bandwidth_limit' }], 'rules[0] missing-key'],
    ['a fraction', [{ ...bandwidth, max_kbps: 1.5 }], 'rules[0].max_kbps not-a-number'],
    ['true', [{ ...bandwidth, max_kbps: true }], 'rules[0].max_kbps not-a-number'],
    ['a list', [{ ...bandwidth, max_kbps: [1] }], 'rules[0].max_kbps not-a-scalar'],
    ['a negative number', [{ ...bandwidth, max_kbps: -1 }], 'rules[0].max_kbps out-of-range'],
    ['2^31', [{ ...bandwidth, max_kbps: 2147483648 }], 'rules[0].max_kbps out-of-range'],
    [
      'a burst of 2^31',
      [{ ...bandwidth, max_burst_kbps: 2147483648 }],
      'rules[0].max_burst_kbps out-of-range',
    ],
    [
      'a direction of its own',
      [{ ...bandwidth, direction: 'sideways' }],
      'rules[0].direction unknown-choice',
    ],
    [
      'any direction for bandwidth',
      [{ ...bandwidth, direction: 'any' }],
      'rules[0].direction unknown-choice',
    ],
    ['no type at all', [{ id: 'x' }], 'rules[0].type unknown-choice'],
    ['text for a rule', ['fast'], 'rules[0] wrong-type'],
    [
      'the same type and direction twice',
      [bandwidth, { ...bandwidth, direction: 'egress' }],
      'rules[1] duplicate-rule',
    ],
    [
      'a packet rate for both ways and one way',
      [
        { type: 'minimum_packet_rate', min_kpps: 1, direction: 'any' },
        { type: 'minimum_packet_rate', min_kpps: 1, direction: 'ingress' },
      ],
      'rules[1] duplicate-rule',
    ],
    [
      'a guarantee above the limit',
      [bandwidth, { type: 'minimum_bandwidth', min_kbps: 3001 }],
      'rules[1].min_kbps min-above-max',
    ],
    [
      'a burst below one packet',
      [{ ...bandwidth, max_burst_kbps: 11 }],
      'rules[0].max_burst_kbps burst-below-mtu',
    ],
  ])('%s is an error, and says where', (_, rules, finding) => {
    const { diagnostics } = parsePortQos(JSON.stringify({ rules }));
    expect(codes(diagnostics)).toEqual([finding]);
    expect(diagnostics[0]?.severity).toBe('error');
  });

  it('is not one at the edge of what is allowed', () => {
    const rules = [
      { ...bandwidth, max_kbps: 2147483647, max_burst_kbps: 12 },
      { ...bandwidth, direction: 'ingress', max_kbps: ' 1 ' },
      { type: 'minimum_bandwidth', min_kbps: 2147483647 },
      { type: 'minimum_bandwidth', min_kbps: 1, direction: 'ingress' },
      { type: 'packet_rate_limit', max_kpps: 4294967, max_burst_kpps: 4294967 },
    ];
    expect(parsePortQos(JSON.stringify({ rules })).diagnostics).toEqual([]);
  });

  it('is told with what may be there: no 0 where a 0 is refused too', () => {
    const rules = [
      { ...bandwidth, max_kbps: -1 },
      { ...bandwidth, direction: 'ingress', max_burst_kbps: -1 },
      { type: 'packet_rate_limit', max_kpps: -1 },
      { type: 'minimum_bandwidth', min_kbps: -1 },
    ];
    const ranges = parsePortQos(JSON.stringify({ rules })).diagnostics.map(({ args }) => [
      args?.min,
      args?.max,
    ]);
    expect(ranges).toEqual([
      [1, 2147483647],
      [0, 2147483647],
      [1, 4294967],
      [0, 2147483647],
    ]);
  });

  it('is only a warning where it merely guarantees nothing', () => {
    const { diagnostics } = parsePortQos('{"rules": [{"type": "minimum_bandwidth", "min_kbps": 0}]}');
    expect(diagnostics).toMatchObject([{ code: 'zero-rate', severity: 'warning' }]);
  });

  it('is told together with all the others', () => {
    const rules = [{ ...bandwidth, max_kbps: 'many' }, { type: 'dscp_marking', dscp_mark: 1 }, 7];
    expect(parsePortQos(JSON.stringify({ rules })).diagnostics).toHaveLength(3);
  });
});

describe('the policy in force', () => {
  const port: PortQos = { ...limits, name: 'port' };
  const network: PortQos = { ...limits, name: 'network' };

  it('is the port’s own, whatever the network has', () => {
    expect(effectivePortQos({ port, network }).qos?.name).toBe('port');
  });

  it.each([
    ['compute:nova', 'network'],
    ['', 'network'],
    ['network:dhcp', 'none'],
    ['network:router_interface', 'none'],
    ['network:router_gateway', 'network'],
    ['network:floatingip_agent_gateway', 'network'],
  ] as const)('of a port that belongs to "%s" is that of: %s', (deviceOwner, source) => {
    expect(effectivePortQos({ network, deviceOwner }).source).toBe(source);
  });
});

function codes(diagnostics: readonly Diagnostic[]): readonly string[] {
  return diagnostics.map(found => `${found.path} ${found.code}`);
}
