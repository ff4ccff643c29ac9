import { describe, expect, it } from 'vitest';
import { ovsRowMaker } from '../../src/observed/ovs-row-maker.ts';

const madeBy = (ids: Readonly<Record<string, string>>) =>
  ovsRowMaker({ external_ids: ['map', Object.entries(ids)] });

describe('who made a row of Open vSwitch', () => {
  it.each([
    ['libvirt', 'libvirt for domain 4d', { 'vm-id': '4d', ifname: 'tap0' }],
    ['neutron', "Neutron's agent", { id: 'tap0' }],
    ['neutron', "Neutron's agent", { _type: 'minimum_bandwidth', id: '6e2dd9a3', port_id: '7f' }],
    ['virt-quota', 'virt-quota for domain 4d', { 'virt-quota': '4d', 'virt-quota-port': 'tap0' }],
    ['virt-quota', 'virt-quota for tap0', { 'virt-quota-port-qos': 'tap0' }],
    ['virt-quota', 'virt-quota for up0', { 'virt-quota-uplink': 'up0', 'virt-quota-uplink-found': '7f' }],
    ['unknown', 'somebody else', { owner: 'virt-quota' }],
    ['unknown', 'somebody else', { 'virt-quotas': '1' }],
  ])('is %s: %s', (who, text, ids) => {
    expect(madeBy(ids)).toEqual({ who, text });
  });

  it('is not known where its ids were not read', () => {
    expect(ovsRowMaker({})).toEqual({ who: 'unknown', text: 'somebody else' });
  });
});
