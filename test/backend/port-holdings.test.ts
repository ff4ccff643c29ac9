import { describe, expect, it } from 'vitest';
import type { PortBinding } from '../../src/backend/port-binding.ts';
import { tapName } from '../../src/backend/port-binding.ts';
import { type PortBackend, portHoldings } from '../../src/backend/port-holdings.ts';
import { type PortQos, parsePortQos } from '../../src/intent/port-qos.ts';

const port: PortBinding = { id: '205081e1-ad00-4000-8000-000000000001', dev: 'tap205081e1-ad' };
const mac = 'fa:16:3e:20:50:81';

function asked(...rules: readonly object[]): PortQos {
  return parsePortQos(JSON.stringify({ rules })).qos;
}

function lines(backend: PortBackend, qos: PortQos, binding: PortBinding = port): readonly string[] {
  return portHoldings(backend, qos, binding).commands.map(argv => argv.join(' '));
}

function findings(backend: PortBackend, qos: PortQos, binding: PortBinding = port): readonly string[] {
  return portHoldings(backend, qos, binding).diagnostics.map(found =>
    `${found.path} ${found.code} ${found.args?.reason ?? found.value ?? ''}`.trim(),
  );
}

const egress = { type: 'bandwidth_limit', max_kbps: 3000, max_burst_kbps: 2400 };
const ingress = { ...egress, direction: 'ingress' };
const mark = { type: 'dscp_marking', dscp_mark: 26 };
const packets = { type: 'packet_rate_limit', max_kpps: 20, max_burst_kpps: 2 };

describe('Open vSwitch', () => {
  it('is told both bandwidth limits in one transaction each', () => {
    expect(lines('ovs', asked(egress, ingress))).toEqual([
      'ovs-vsctl set Interface tap205081e1-ad ingress_policing_rate=3000 ingress_policing_burst=2400',
      'ovs-vsctl set Port tap205081e1-ad qos=@qos -- --id=@qos create QoS type=linux-htb other_config:max-rate=34359738367 queues:0=@queue -- --id=@queue create Queue other_config:max-rate=3000000 other_config:burst=2400000',
    ]);
  });

  it('shows classes of one packet a second up to the limit', () => {
    const { holdings } = portHoldings('ovs', asked(ingress), port);
    const classes = holdings.filter(one => one.layer === 'tc').map(one => [one.knob, one.values]);
    expect(classes).toEqual([
      [
        'class htb 1:fffe',
        { rate: { value: 4294967295, unit: 'B/s' }, ceil: { value: 4294967295, unit: 'B/s' } },
      ],
      [
        'class htb 1:1 parent 1:fffe',
        {
          rate: { value: 1500, unit: 'B/s' },
          ceil: { value: 375000, unit: 'B/s' },
          burst: { value: 300000, unit: 'bytes' },
        },
      ],
    ]);
  });

  it('marks IPv4 and IPv6, six bits only', () => {
    const flow = (family: string) =>
      `ovs-ofctl -O OpenFlow13 add-flow br-int cookie=0x7669727471756f74,table=0,priority=65535,${family},in_port=7,reg2=0,actions=set_field:1->reg2,set_field:26->ip_dscp,resubmit:7`;
    expect(lines('ovs', asked(mark), { ...port, ofport: 7 })).toEqual([flow('ip'), flow('ipv6')]);
    const { holdings } = portHoldings('ovs', asked(mark), { ...port, ofport: 7 });
    expect(holdings.map(one => one.values.tos?.value)).toEqual([104, 104]);
  });

  it('counts packets by a meter on the way out and on the way in', () => {
    const qos = asked(packets, { ...packets, direction: 'ingress', max_burst_kpps: 0 });
    expect(lines('ovs', qos, { ...port, ofport: 7, mac, localVlan: 3 })).toEqual([
      'ovs-ofctl -O OpenFlow13 add-meter br-int meter=1,pktps,burst,bands=type=drop,rate=20000,burst_size=2000',
      `ovs-ofctl -O OpenFlow13 add-flow br-int cookie=0x7669727471756f74,table=58,priority=100,in_port=7,dl_src=${mac},actions=meter:1,goto_table:59`,
      'ovs-ofctl -O OpenFlow13 add-meter br-int meter=2,pktps,bands=type=drop,rate=20000',
      `ovs-ofctl -O OpenFlow13 add-flow br-int cookie=0x7669727471756f74,table=58,priority=100,dl_vlan=3,dl_dst=${mac},actions=meter:2,goto_table:59`,
    ]);
  });

  it('takes meters instead of policers and queues where it is configured so', () => {
    const binding = { ...port, ofport: 7, mac, localVlan: 3, meterBandwidth: true };
    const { holdings } = portHoldings('ovs', asked(egress, ingress), binding);
    expect(holdings.map(one => `${one.because} ${one.knob}`)).toEqual([
      'bandwidth_limit egress meter',
      'bandwidth_limit egress flow',
      'bandwidth_limit ingress meter',
      'bandwidth_limit ingress flow',
    ]);
    expect(lines('ovs', asked(egress), binding)[1]).toContain('table=59,');
  });

  it('polices a vhost-user port by itself', () => {
    expect(lines('ovs', asked(ingress), { ...port, dpdk: true })).toEqual([
      'ovs-vsctl set Port tap205081e1-ad qos=@qos -- --id=@qos create QoS type=egress-policer other_config:cir=375000 other_config:cbs=300000',
    ]);
  });

  it('does so for what the machine sends too, and tc has no part in it', () => {
    const { holdings } = portHoldings('ovs', asked(egress), { ...port, dpdk: true });
    expect(holdings.map(one => [one.layer, one.knob, one.values.value])).toEqual([
      ['ovsdb', 'ingress_policing_rate', { value: 3000, unit: 'kbit/s' }],
      ['ovsdb', 'ingress_policing_burst', { value: 2400, unit: 'kbit' }],
    ]);
    // tc's clock would not hold the 8000 kbit that Open vSwitch takes for no burst at this rate.
    const slow = asked({ type: 'bandwidth_limit', max_kbps: 1 });
    expect(findings('ovs', slow, { ...port, dpdk: true })).toEqual([]);
  });

  it('makes no policer of DPDK without a burst, for which there is no default', () => {
    const binding = { ...port, dpdk: true };
    const small = (max_burst_kbps: number) => findings('ovs', asked({ ...ingress, max_burst_kbps }), binding);
    expect(small(0)).toEqual(['bandwidth_limit ingress burst burst-below-mtu 0']);
    expect(small(12)).toEqual([]);
  });

  it('guarantees by a queue of the uplink with the number of the port', () => {
    const binding = { ...port, ofport: 9, physical: true, physicalBridge: 'br-ex', uplink: 'eth1' };
    const { holdings } = portHoldings('ovs', asked({ type: 'minimum_bandwidth', min_kbps: 1000 }), binding);
    const [, , , queueClass] = holdings;
    expect(queueClass).toMatchObject({
      subject: 'eth1',
      knob: 'class htb 1:a parent 1:fffe',
      values: { rate: { value: 125000 }, ceil: { value: 4294967295 }, burst: { value: 1564 } },
    });
  });

  it('says what it does not do, and what it would have to know', () => {
    const guarantee = { type: 'minimum_bandwidth', min_kbps: 1000 };
    const rate = { type: 'minimum_packet_rate', min_kpps: 5, direction: 'any' };
    const qos = asked(guarantee, { ...guarantee, direction: 'ingress' }, rate, mark, packets);
    expect(findings('ovs', qos)).toEqual([
      'packet_rate_limit egress needs-port-fact',
      'dscp_marking needs-port-fact',
      'minimum_bandwidth egress not-on-backend physical-only',
      'minimum_bandwidth ingress not-on-backend placement-only',
      'minimum_packet_rate any not-on-backend placement-only',
    ]);
    expect(findings('ovs', asked(guarantee), { ...port, physical: true })).toEqual([
      'minimum_bandwidth egress needs-port-fact',
    ]);
  });

  it('warns of a default burst below one packet, and of one that outlasts the clock of tc', () => {
    const slow = (max_kbps: number) => asked({ type: 'bandwidth_limit', max_kbps });
    expect(findings('ovs', slow(14))).toEqual(['bandwidth_limit egress burst burst-below-mtu 11']);
    expect(findings('ovs', slow(15))).toEqual([]);
    // 0.8 kbit is cut to 0, for which Open vSwitch takes 8000 kbit: 1 024 000 bytes at 125 B/s are 8192 s.
    expect(findings('ovs', slow(1))).toEqual(['bandwidth_limit egress burst-outlasts-clock 1024000']);
    expect(portHoldings('ovs', slow(1), port).diagnostics[0]?.args?.max).toBe(34359);
  });
});

describe('OVN', () => {
  it('has one row a direction, with limit and mark together', () => {
    const networkId = 'b2c1f5c6-9a6e-4f54-9a59-3a2a4d0f6a10';
    expect(
      lines('ovn', asked(egress, { ...ingress, max_burst_kbps: 0 }, mark), { ...port, networkId }),
    ).toEqual([
      `ovn-nbctl qos-add neutron-${networkId} from-lport 2002 inport == "${port.id}" rate=3000 burst=2400 dscp=26`,
      `ovn-nbctl qos-add neutron-${networkId} to-lport 2002 outport == "${port.id}" rate=3000`,
    ]);
  });

  it('moves limit and guarantee to the switch port on a physical network, and keeps the mark in the row', () => {
    const qos = asked(egress, mark, { type: 'minimum_bandwidth', min_kbps: 1000 });
    const { holdings } = portHoldings('ovn', qos, { ...port, physical: true });
    expect(
      holdings.map(one => Object.fromEntries(Object.entries(one.values).map(([k, v]) => [k, v.value]))),
    ).toEqual([
      { qos_min_rate: 1000000, qos_max_rate: 3000000, qos_burst: 2400000 },
      {
        direction: 'from-lport',
        priority: 2002,
        match: `inport == "${port.id}"`,
        'action:dscp': 26,
        'external_ids:neutron:port_id': port.id,
      },
    ]);
  });

  it('has no command without the name of the switch, and says so', () => {
    expect(lines('ovn', asked(mark))).toEqual([]);
    expect(findings('ovn', asked(mark))).toEqual(['dscp_marking command needs-port-fact']);
  });

  it('guarantees nothing on an overlay, and limits no packets', () => {
    expect(findings('ovn', asked({ type: 'minimum_bandwidth', min_kbps: 1 }, packets))).toEqual([
      'packet_rate_limit egress not-on-backend unsupported',
      'minimum_bandwidth egress not-on-backend physical-only',
    ]);
  });
});

describe('the Linux bridge agent', () => {
  it('is told by tc and iptables', () => {
    expect(lines('linuxbridge', asked(egress, ingress, mark))).toEqual([
      'tc qdisc add dev tap205081e1-ad handle ffff: ingress',
      'tc filter add dev tap205081e1-ad parent ffff: protocol all prio 49 u32 match u32 0 0 police rate 375000bps burst 300000 mtu 65535 drop',
      'tc qdisc add dev tap205081e1-ad root tbf rate 375000bps burst 300000 latency 50000us',
      'iptables -t mangle -A POSTROUTING -m physdev --physdev-in tap205081e1-ad --physdev-is-bridged -j DSCP --set-dscp 0x1a',
      'ip6tables -t mangle -A POSTROUTING -m physdev --physdev-in tap205081e1-ad --physdev-is-bridged -j DSCP --set-dscp 0x1a',
    ]);
  });

  it('takes a default burst of 100 bytes for each kbit/s, without a rounding error anywhere', () => {
    for (const kbps of [15, 1001, 1003, 99999, 123457, 2147483647]) {
      const { holdings } = portHoldings(
        'linuxbridge',
        asked({ type: 'bandwidth_limit', max_kbps: kbps }),
        port,
      );
      expect(holdings[0]?.values.burst?.value).toBe(kbps * 100);
    }
  });

  it('warns of the token bucket that one packet does not fit into', () => {
    const slow = asked({ type: 'bandwidth_limit', max_kbps: 2999, direction: 'ingress' });
    expect(findings('linuxbridge', slow)).toEqual(['bandwidth_limit ingress burst burst-below-mtu 1499']);
  });
});

describe('SR-IOV', () => {
  const vf = { pf: 'eth2', index: 3 };
  it.each([
    [999, 1],
    [1000, 1],
    [1499, 1],
    [1500, 2],
    [3000, 3],
  ])('%i kbit/s are %i Mbit/s', (kbps, mbps) => {
    const qos = asked({ type: 'bandwidth_limit', max_kbps: kbps });
    expect(lines('sriov', qos, { ...port, vf })).toEqual([`ip link set eth2 vf 3 max_tx_rate ${mbps}`]);
    const rounded = `bandwidth_limit egress rounded ${kbps} kbit/s`;
    expect(findings('sriov', qos)).toEqual(kbps === mbps * 1000 ? [] : [rounded]);
  });

  it('knows nothing but rates of what is sent', () => {
    expect(findings('sriov', asked(egress, ingress, mark, packets))).toEqual([
      'bandwidth_limit egress burst not-on-backend burst-ignored',
      'bandwidth_limit ingress not-on-backend egress-only',
      'dscp_marking not-on-backend unsupported',
      'packet_rate_limit egress not-on-backend unsupported',
    ]);
  });
});

describe('MidoNet', () => {
  it('polices with the basic classifier, 1024 bits in a kbit of burst', () => {
    expect(lines('midonet', asked(egress))).toEqual([
      'tc qdisc add dev tap205081e1-ad handle ffff: ingress',
      'tc filter add dev tap205081e1-ad parent ffff: protocol all prio 49 basic police rate 3000kbit burst 307200 mtu 65535 drop',
    ]);
  });

  it('tells apart what its documentation says and what its agent writes', () => {
    const police = portHoldings('midonet', asked(egress), port).holdings[1]?.values;
    expect([police?.pref?.value, police?.mtu?.value]).toEqual([49, 65535]);
    expect([police?.['pref by midolman']?.value, police?.['mtu by midolman']?.value]).toEqual([5, 65335]);
  });

  it('warns that without a burst nothing passes', () => {
    const qos = asked({ type: 'bandwidth_limit', max_kbps: 3000 });
    expect(findings('midonet', qos)).toEqual(['bandwidth_limit egress not-on-backend burst-zero']);
  });

  it('marks the tunnel only when its agent is told to', () => {
    expect(portHoldings('midonet', asked(mark), port).holdings[0]?.values).toEqual({
      dscp: { value: 26 },
      tos: { value: 104 },
      'agent.datapath.set_tos_on_tunnel_header': { value: 'true' },
    });
  });
});

describe('a tap', () => {
  it('is named after its port', () => {
    expect(tapName('205081e1-ad00-4000-8000-000000000001')).toBe('tap205081e1-ad');
  });
});
