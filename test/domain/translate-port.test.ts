import { describe, expect, it } from 'vitest';
import { translateFragments } from '../../src/domain/fragments.ts';
import { limitsOfPort } from '../../src/domain/translate-port.ts';
import { flavorQuota } from '../../src/intent/flavor-quota.ts';
import { parseVif } from '../../src/intent/nova-vif.ts';

const { quota } = flavorQuota({ 'quota:vif_inbound_average': '5', 'quota:cpu_shares': '7' });
const bandwidth = '<bandwidth><inbound average="5"/></bandwidth>';

// As printed by Nova's own designer and VIF driver for each kind of port.
describe('interface limits for a kind of port', () => {
  it.each([
    ['ovs', bandwidth, []],
    ['macvtap', bandwidth, []],
    ['hw_veb', bandwidth, ['cannot-be-enforced hostdev']],
    ['hw_veb:macvtap', bandwidth, []],
    ['vhostuser', undefined, ['vif-not-limited vhostuser']],
    ['ovs:vdpa', undefined, ['vif-not-limited ovs:vdpa']],
    ['midonet', undefined, ['vif-not-limited midonet']],
  ])('%s', (vif, expected, findings) => {
    const port = limitsOfPort(quota, parseVif(vif));
    expect(translateFragments(port.quota)).toEqual({
      cputune: '<cputune><shares>7</shares></cputune>',
      ...(expected && { bandwidth: expected }),
    });
    expect(port.diagnostics.map(one => `${one.code} ${one.args?.type}`)).toEqual(findings);
    expect(port.diagnostics.every(one => one.path === 'quota:vif_inbound_average')).toBe(true);
  });

  it('that are not asked for are no finding', () => {
    expect(limitsOfPort(flavorQuota({}).quota, parseVif('vhostuser')).diagnostics).toEqual([]);
    expect(limitsOfPort(flavorQuota({}).quota, parseVif('hw_veb')).diagnostics).toEqual([]);
  });
});
