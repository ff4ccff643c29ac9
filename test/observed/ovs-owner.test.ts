import { describe, expect, it } from 'vitest';
import { ovsHolders } from '../../src/observed/ovs-owner.ts';
import { database, dev, domain, neutrons, noop, ourQos, ourQueue, policed, uuid } from '../plan/ovs-rows.ts';

const holder = (rows: Parameters<typeof database>[0]) => ovsHolders(database(rows)).get(dev);

describe('the limits of a port', () => {
  it("are nobody's where there is nothing, or only the row that keeps Open vSwitch off", () => {
    expect(holder({})).toEqual({ inbound: false, outbound: false, foreign: [] });
    expect(holder({ qosOfPort: uuid(1), qos: [noop] })).toEqual({
      inbound: false,
      outbound: false,
      foreign: [],
    });
  });

  it('are ours where they carry our mark', () => {
    const rows = { qosOfPort: uuid(2), qos: [noop, ourQos], queues: [ourQueue], iface: policed };
    expect(holder(rows)).toEqual({ owner: domain, inbound: true, outbound: true, foreign: [] });
    expect(holder({ iface: policed })).toEqual({
      owner: domain,
      inbound: false,
      outbound: true,
      foreign: [],
    });
  });

  it("are somebody else's where they do not, each named", () => {
    expect(holder({ qosOfPort: uuid(7), qos: [neutrons], iface: { ingress_policing_rate: 5000 } })).toEqual({
      inbound: false,
      outbound: false,
      foreign: [`QoS row ${uuid(7)} of type linux-htb`, 'ingress_policing_rate=5000'],
    });
  });

  it('are not ours through a row that is not attached', () => {
    expect(holder({ qosOfPort: uuid(1), qos: [noop, ourQos] })?.owner).toBeUndefined();
  });
});
