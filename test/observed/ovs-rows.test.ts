import { describe, expect, it } from 'vitest';
import { leakedRows, ovsPortRows } from '../../src/observed/ovs-rows.ts';

const uuid = 'c66dfb03-1a4a-4919-8427-b1a316ef1a70';
const qos = (row: string, vm: string, ifname: string) => ({
  _uuid: ['uuid', row],
  type: 'linux-htb',
  external_ids: [
    'map',
    [
      ['ifname', ifname],
      ['vm-id', vm],
    ],
  ],
});
const port = (name: string, row?: string) => ({ name, qos: row === undefined ? ['set', []] : ['uuid', row] });
const state = (ports: readonly object[], ...rows: readonly object[]) => ({
  interfaces: [],
  ports: ports as never,
  qos: rows as never,
  queues: [],
});

describe('the QoS rows of a port', () => {
  it('are the one it has, and those that libvirt would find for it', () => {
    const rows = ovsPortRows(state([port('tap1', 'a')], qos('a', uuid, 'tap1')), 'tap1', uuid);
    expect(rows).toEqual({ attached: 'a', libvirts: ['a'] });
    expect(leakedRows(rows)).toEqual([]);
  });

  it('are leaked when libvirt finds them and the port has them not', () => {
    const rows = ovsPortRows(state([port('tap1')], qos('a', uuid, 'tap1')), 'tap1', uuid);
    expect(rows).toEqual({ libvirts: ['a'] });
    expect(leakedRows(rows)).toEqual(['a']);
  });

  it('are not those of other ports, other domains, and other owners', () => {
    const foreign = { _uuid: ['uuid', 'd'], type: 'linux-htb', external_ids: ['map', []] };
    const rows = [qos('a', uuid, 'tap2'), qos('b', 'other', 'tap1'), foreign];
    expect(ovsPortRows(state([port('tap1', 'd')], ...rows), 'tap1', uuid)).toEqual({
      attached: 'd',
      libvirts: [],
    });
  });
});
