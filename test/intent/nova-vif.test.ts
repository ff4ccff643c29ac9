import { describe, expect, it } from 'vitest';
import { novaWritesBandwidth, parseVif } from '../../src/intent/nova-vif.ts';

describe('Nova writes a bandwidth', () => {
  it.each([
    ['ovs', 'normal', true],
    ['bridge', undefined, true],
    ['macvtap', 'macvtap', true],
    ['hw_veb', 'direct', true],
    ['hw_veb', 'macvtap', true],
    ['802.1qbg', undefined, true],
    ['802.1qbh', undefined, true],
    ['ivs', undefined, true],
    ['vrouter', undefined, true],
    ['iovisor', undefined, true],
    ['ib_hostdev', undefined, false],
    ['unknown', undefined, false],
    ['ovs', 'direct', false],
    ['ovs', 'vdpa', false],
    ['ovs', 'remote-managed', false],
    ['vhostuser', 'normal', false],
    ['tap', undefined, false],
    ['midonet', undefined, false],
    ['hostdev_physical', 'direct-physical', false],
  ])('for a port %s %s: %s', (vifType, vnicType, expected) => {
    expect(novaWritesBandwidth({ vifType, ...(vnicType && { vnicType }) })).toBe(expected);
  });
});

describe('a port on the command line', () => {
  it('is a VIF type, with a VNIC type behind a colon', () => {
    expect(parseVif('ovs')).toEqual({ vifType: 'ovs' });
    expect(parseVif('ovs:vdpa')).toEqual({ vifType: 'ovs', vnicType: 'vdpa' });
  });

  it.each(['', 'nonsense', 'ovs:direct:x'])("that Nova does not know is refused: '%s'", text => {
    expect(() => parseVif(text)).toThrow(/is no VIF type of Nova's: ovs, bridge/);
  });
});
