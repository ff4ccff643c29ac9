import { describe, expect, it } from 'vitest';
import {
  flowText,
  parseFlows,
  parseFlowText,
  parseMeters,
  parseMeterUsers,
} from '../../src/observed/openflow.ts';

// As Open vSwitch 3.1 printed it.
const dumped = `OFPST_FLOW reply (OF1.3) (xid=0x2):
 cookie=0x7671fcef07ac0975, priority=65535,ip,reg2=0,in_port=2 actions=set_field:0x1->reg2,set_field:26->ip_dscp,resubmit:2
 cookie=0xabc, send_flow_rem reset_counts priority=65535,ipv6,reg2=0,in_port=2 actions=load:0x1->NXM_NX_REG2[],set_field:10->ip_dscp,resubmit:2
 table=58, priority=100,in_port=2,dl_src=02:00:00:00:77:01 actions=meter:1,goto_table:59
 priority=0 actions=NORMAL
`;

describe('flows', () => {
  it('are read with their cookie, table, match, options and actions', () => {
    expect(parseFlows(dumped)).toEqual([
      {
        cookie: '0x7671fcef07ac0975',
        table: 0,
        match: 'priority=65535,in_port=2,ip,reg2=0',
        actions: 'set_field:0x1->reg2,set_field:26->ip_dscp,resubmit:2',
      },
      {
        cookie: '0xabc',
        table: 0,
        match: 'priority=65535,in_port=2,ipv6,reg2=0',
        actions: 'load:0x1->NXM_NX_REG2[],set_field:10->ip_dscp,resubmit:2',
        options: ['send_flow_rem', 'reset_counts'],
      },
      {
        cookie: '0x0',
        table: 58,
        match: 'priority=100,dl_src=02:00:00:00:77:01,in_port=2',
        actions: 'meter:1,goto_table:59',
      },
      { cookie: '0x0', table: 0, match: 'priority=0', actions: 'NORMAL' },
    ]);
  });

  it('are the same with their statistics, and without a priority, which is 32768 then', () => {
    const text =
      ' cookie=0x1, duration=0.029s, table=3, n_packets=7, n_bytes=9, idle_age=4, in_port=2 actions=drop\n';
    expect(parseFlows(text)).toEqual([
      { cookie: '0x1', table: 3, match: 'priority=32768,in_port=2', actions: 'drop' },
    ]);
  });

  it('come back from the text that is kept of them', () => {
    for (const flow of parseFlows(dumped)) expect(parseFlowText(flowText(flow))).toEqual(flow);
  });
});

describe('meters', () => {
  const text = `OFPST_METER_CONFIG reply (OF1.3) (xid=0x2):
meter=7 pktps burst bands=
type=drop rate=20000 burst_size=2000

meter=8 kbps stats bands=
type=drop rate=2000
`;

  it('are read with their first band; counting is no difference', () => {
    expect(parseMeters(text)).toEqual([
      { id: 7, flags: 'burst pktps', rate: 20_000, burst: 2000 },
      { id: 8, flags: 'kbps', rate: 2000, burst: 0 },
    ]);
  });

  it('are counted by the flows that use them', () => {
    const stats = `OFPST_METER reply (OF1.3) (xid=0x2):
meter:1 flow_count:1 packet_in_count:25686 byte_in_count:5043540 duration:78.634s bands:
0: packet_count:14204 byte_count:1420400

meter:2 flow_count:0 packet_in_count:0 byte_in_count:0 duration:78.081s bands:
0: packet_count:0 byte_count:0
`;
    expect([...parseMeterUsers(stats)]).toEqual([
      [1, 1],
      [2, 0],
    ]);
  });
});
