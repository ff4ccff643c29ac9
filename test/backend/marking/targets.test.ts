import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type MarkingTarget, renderMarking } from '../../../src/backend/marking/targets.ts';
import { parseMarking } from '../../../src/intent/marking.ts';
import { parseYaml } from '../../../src/intent/yaml-text.ts';

const voice = readFileSync(join(import.meta.dirname, '../../../samples/dscp/voice.yaml'), 'utf8');
const cookie = 'cookie=0x7669727471756f74,table=0,priority=65000';

function rendered(target: MarkingTarget, text: string, priorityClass?: string) {
  const { marking } = parseMarking(text);
  if (marking === undefined) throw new Error('no marking');
  const place = { dev: 'eth0', bridge: 'br-int', ...(priorityClass !== undefined && { priorityClass }) };
  return renderMarking(target, marking, place);
}

function lines(target: MarkingTarget, text: string): readonly string[] {
  return rendered(target, text).text.trimEnd().split('\n');
}

describe('Open vSwitch', () => {
  it('gets one flow for each address and block of ports', () => {
    expect(lines('ovs', voice)).toEqual([
      `${cookie},udp,nw_dst=198.51.100.0/24,tp_dst=5060,actions=set_field:46->ip_dscp,NORMAL`,
      `${cookie},udp,nw_dst=198.51.100.0/24,tp_dst=0x4000/0xc000,actions=set_field:46->ip_dscp,NORMAL`,
      `${cookie},udp6,ipv6_dst=2001:db8:5060::/48,tp_dst=5060,actions=set_field:46->ip_dscp,NORMAL`,
      `${cookie},udp6,ipv6_dst=2001:db8:5060::/48,tp_dst=0x4000/0xc000,actions=set_field:46->ip_dscp,NORMAL`,
    ]);
  });

  it('gets the whole byte in OpenFlow 1.0, DSCP << 2', () => {
    expect(lines('ovs-of10', 'mark: AF31')).toEqual([
      `${cookie},ip,actions=mod_nw_tos:104,NORMAL`,
      `${cookie},ipv6,actions=mod_nw_tos:104,NORMAL`,
    ]);
  });

  it('matches sources of what comes in', () => {
    expect(
      lines(
        'ovs',
        '{"mark": "CS1", "direction": "ingress", "destinations": "192.0.2.1", "protocols": "tcp", "ports": 80}',
      ),
    ).toEqual([`${cookie},tcp,nw_src=192.0.2.1,tp_src=80,actions=set_field:8->ip_dscp,NORMAL`]);
  });
});

describe('nftables', () => {
  it('gets a table of its own', () => {
    expect(rendered('nftables', voice).text).toBe(`table inet virt_quota_voice
delete table inet virt_quota_voice
table inet virt_quota_voice {
\tchain virt_quota {
\t\ttype filter hook postrouting priority mangle; policy accept;
\t\tip daddr { 198.51.100.0/24 } meta l4proto { udp } th dport { 5060, 16384-32767 } ip dscp set 0x2e
\t\tip6 daddr { 2001:db8:5060::/48 } meta l4proto { udp } th dport { 5060, 16384-32767 } ip6 dscp set 0x2e
\t}
}
`);
  });

  it('marks everything where nothing is named, and sources of what comes in', () => {
    expect(lines('nftables', '{"mark": "LE", "direction": "ingress"}').slice(4, 7)).toEqual([
      '\t\ttype filter hook prerouting priority mangle; policy accept;',
      '\t\tmeta nfproto ipv4 ip dscp set 0x01',
      '\t\tmeta nfproto ipv6 ip6 dscp set 0x01',
    ]);
  });
});

describe('iptables', () => {
  it('gets the rules of its family', () => {
    expect(lines('iptables', voice)).toEqual([
      '*mangle',
      '-A POSTROUTING -d 198.51.100.0/24 -p udp -m multiport --dports 5060,16384:32767 -m comment --comment virt-quota:voice -j DSCP --set-dscp 0x2e',
      'COMMIT',
    ]);
    expect(lines('ip6tables', voice)[1]).toContain('-d 2001:db8:5060::/48 -p udp');
    expect(rendered('ip6tables', '{"mark": 1, "destinations": "192.0.2.1"}').text).toBe('');
  });

  it('spreads more ports than one rule takes', () => {
    const ports = [...Array.from({ length: 14 }, (_, index) => index + 1), '100-200', 300];
    const rules = lines('iptables', JSON.stringify({ mark: 1, families: 'ipv4', protocols: ['tcp'], ports }));
    expect(rules.map(rule => /--dports (\S+)/.exec(rule)?.[1]).filter(Boolean)).toEqual([
      '1,2,3,4,5,6,7,8,9,10,11,12,13,14',
      '100:200,300',
    ]);
  });
});

describe('tc', () => {
  it('changes the six bits, and the checksum of IPv4', () => {
    expect(
      rendered('tc', voice, '1:10')
        .text.trimEnd()
        .split('\n')
        .filter((_, index) => index % 2 === 0),
    ).toEqual([
      'qdisc replace dev eth0 clsact',
      'filter add dev eth0 egress pref 100 protocol ip flower ip_proto udp dst_ip 198.51.100.0/24 dst_port 16384-32767 action pedit ex munge ip dsfield set 0xb8 retain 0xfc pipe action csum ip4h pipe action skbedit priority 1:10',
      'filter add dev eth0 egress pref 101 protocol ipv6 flower ip_proto udp dst_ip 2001:db8:5060::/48 dst_port 16384-32767 action pedit ex munge ip6 traffic_class set 0xb8 retain 0xfc pipe action skbedit priority 1:10',
    ]);
  });

  it('does the same with u32, by bits', () => {
    expect(lines('tc-u32', voice)[2]).toBe(
      'filter add dev eth0 egress pref 100 protocol ip u32 match ip dst 198.51.100.0/24 match ip protocol 17 0xff match ip dport 16384 0xc000 action pedit ex munge ip dsfield set 0xb8 retain 0xfc pipe action csum ip4h',
    );
    expect(lines('tc-u32', '{"mark": 1, "families": "ipv6"}')[1]).toContain(
      ' u32 match u32 0 0 action pedit ',
    );
  });
});

describe('Kubernetes', () => {
  it('gets an EgressQoS by destination and pod, and is warned of what it cannot tell', () => {
    const { text, diagnostics } = rendered('egressqos', voice);
    expect(plain(parseYaml(text, 'EgressQoS'))).toEqual({
      apiVersion: 'k8s.ovn.org/v1',
      kind: 'EgressQoS',
      metadata: { name: 'default', namespace: 'default' },
      spec: {
        egress: ['198.51.100.0/24', '2001:db8:5060::/48'].map(dstCIDR => ({
          dscp: '46',
          dstCIDR,
          podSelector: { matchLabels: { app: 'voice' } },
        })),
      },
    });
    expect(diagnostics.map(found => `${found.path} ${found.code}`)).toEqual([
      'protocols not-expressible',
      'ports not-expressible',
    ]);
  });

  it('gets an EnvoyFilter with the socket option of each family', () => {
    const { text, diagnostics } = rendered('envoy', '{"mark": "EF", "protocols": "tcp", "ports": [8080]}');
    const [four, six] = text
      .split('---\n')
      .map(document => plain(parseYaml(document, 'EnvoyFilter')) as never);
    expect(four).toMatchObject({
      apiVersion: 'networking.istio.io/v1alpha3',
      metadata: { name: 'mark-dscp-ipv4' },
      spec: {
        configPatches: [
          {
            applyTo: 'CLUSTER',
            match: { context: 'SIDECAR_OUTBOUND', cluster: { portNumber: '8080' } },
            patch: {
              operation: 'MERGE',
              value: {
                upstream_bind_config: {
                  source_address: { address: '0.0.0.0', port_value: '0' },
                  socket_options: [
                    {
                      description: 'IP_TOS mark',
                      level: '0',
                      name: '1',
                      int_value: '184',
                      state: 'STATE_PREBIND',
                    },
                  ],
                },
              },
            },
          },
        ],
      },
    });
    expect(JSON.stringify(six)).toContain('"level":"41","name":"67","int_value":"184"');
    expect(diagnostics).toEqual([]);
  });

  it('marks the answers of listeners', () => {
    expect(rendered('envoy', '{"mark": "EF", "direction": "ingress", "families": "ipv4"}').text).toContain(
      '  - applyTo: LISTENER\n    match:\n      context: SIDECAR_INBOUND\n    patch:\n      operation: MERGE\n      value:\n        socket_options:\n        - description: IP_TOS mark\n',
    );
  });
});

describe('a program', () => {
  it('gets the calls for its sockets', () => {
    expect(lines('setsockopt', 'mark: AF41')).toEqual([
      'setsockopt(fd, IPPROTO_IP, IP_TOS, &(int){136}, sizeof(int)); /* level 0, option 1, value 0x88 */',
      'setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &(int){136}, sizeof(int)); /* level 41, option 67, value 0x88 */',
    ]);
  });
});

/** The parsed YAML as plain objects, numbers by their text. */
function plain(json: unknown): unknown {
  if (json instanceof Map) return Object.fromEntries([...json].map(([key, value]) => [key, plain(value)]));
  if (Array.isArray(json)) return json.map(plain);
  return json !== null && typeof json === 'object' && 'number' in json ? json.number : json;
}
