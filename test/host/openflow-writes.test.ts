import { describe, expect, it } from 'vitest';
import { isReadCommand } from '../../src/host/read-commands.ts';
import { isWriteCommand } from '../../src/host/write-commands.ts';

const words = (line: string) => line.split(' ');
const bundle = words('ovs-ofctl --timeout=10 -O OpenFlow14 --bundle add-flows br-int -');
const add =
  'add cookie=0x7671fcef07ac0975,table=0,priority=65535,in_port=2,ip,reg2=0,actions=set_field:0x1->reg2,set_field:26->ip_dscp,resubmit:2\n';
const remove =
  'delete_strict cookie=0x7671fcef07ac0975/-1,table=0,priority=65533,dl_dst=02:00:00:00:77:01,reg14=0/0x2,vlan_tci=0x0000/0x1fff\n';

describe('what may be written to OpenFlow', () => {
  it.each([
    ['a flow', add],
    ['a removal', remove],
    ['both', remove + add],
    [
      "somebody else's flow with its options",
      'add cookie=0xabc,table=0,send_flow_rem,idle_timeout=60,priority=65535,in_port=2,ip,reg2=0,actions=load:0x1->NXM_NX_REG2[],set_field:10->ip_dscp,resubmit:2\n',
    ],
  ])('is a bundle with %s', (_, input) => {
    expect(isWriteCommand(bundle, input)).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['no end of the line', add.trimEnd()],
    ['all flows removed', 'delete table=0\n'],
    ["somebody else's flow removed", 'delete_strict cookie=0xabc/-1,table=0,priority=1\n'],
    ['a cookie that only begins as ours', 'delete_strict cookie=0x7671/-1,table=0,priority=1\n'],
    ['a removal without a cookie', 'delete_strict table=0,priority=1\n'],
    ['a comment', `# ${add}`],
    ['a removal behind a flow', `${add}delete\n`],
  ])('is no bundle with %s', (_, input) => {
    expect(isWriteCommand(bundle, input)).toBe(false);
  });

  it('is a meter, added, changed or removed', () => {
    const meter = 'meter=7,pktps,burst,bands=type=drop,rate=20000,burst_size=2000';
    for (const verb of ['add-meter', 'mod-meter'])
      expect(isWriteCommand(words(`ovs-ofctl --timeout=10 -O OpenFlow13 ${verb} br-int ${meter}`))).toBe(
        true,
      );
    expect(isWriteCommand(words('ovs-ofctl --timeout=10 -O OpenFlow13 del-meter br-int meter=7'))).toBe(true);
  });

  it.each([
    'ovs-ofctl --timeout=10 -O OpenFlow13 del-meter br-int meter=all',
    'ovs-ofctl --timeout=10 -O OpenFlow13 del-meters br-int',
    'ovs-ofctl --timeout=10 -O OpenFlow13 del-flows br-int',
    'ovs-ofctl --timeout=10 -O OpenFlow13 add-flow br-int actions=drop',
    'ovs-ofctl --timeout=10 -O OpenFlow14 --bundle add-flows br-int /etc/flows',
    'ovs-ofctl --timeout=10 -O OpenFlow13 add-meter tcp:198.51.100.1 meter=1,kbps,bands=type=drop,rate=1',
    'ovs-ofctl add-meter br-int meter=1,kbps,bands=type=drop,rate=1',
  ])('is not %s', line => {
    expect(isWriteCommand(words(line))).toBe(false);
  });

  it('is the record of a port, in a transaction, without what would end its quotes', () => {
    const set = (value: string) => [
      ...words('ovs-vsctl --timeout=10 -- set Interface tap0'),
      `external_ids:virt-quota-port-flows=${value}`,
    ];
    expect(isWriteCommand(set('"cookie=0xabc,table=0,priority=1,actions=load:0x1->NXM_NX_REG2[]"'))).toBe(
      true,
    );
    expect(isWriteCommand(set('"a" b"'))).toBe(false);
    expect(isWriteCommand(set('"a\\u0022"'))).toBe(false);
    expect(isWriteCommand(set('"a\nb"'))).toBe(false);
    const gone = 'ovs-vsctl --timeout=10 -- remove Interface tap0 external_ids';
    expect(isWriteCommand(words(`${gone} virt-quota-port-qos virt-quota-port-meters`))).toBe(true);
    expect(isWriteCommand(words(`${gone} iface-id`))).toBe(false);
  });
});

describe('what is read of OpenFlow', () => {
  it.each([
    'ovs-ofctl --timeout=5 -O OpenFlow13 --no-names --no-stats dump-flows br-int table=0',
    'ovs-ofctl --timeout=5 -O OpenFlow13 dump-meters br-int',
    'ovs-ofctl --timeout=5 -O OpenFlow13 meter-stats br-int',
  ])('%s', line => {
    expect(isReadCommand(words(line))).toBe(true);
  });

  it.each([
    'ovs-ofctl --timeout=5 -O OpenFlow13 del-flows br-int',
    'ovs-ofctl dump-flows br-int table=0 del-flows',
    'ovs-ofctl dump-flows tcp:198.51.100.1',
  ])('not %s', line => {
    expect(isReadCommand(words(line))).toBe(false);
  });
});
