import { type OvsRow, ovsMap } from './ovs.ts';

/** Who made a row of Open vSwitch's database, as far as its `external_ids` tell. */
export interface OvsRowMaker {
  readonly who: 'virt-quota' | 'libvirt' | 'neutron' | 'unknown';
  /** For people, with what it was made for. */
  readonly text: string;
}

/**
 * What each leaves on its QoS rows: libvirt its domain, Neutron's agent the port's name (`id`) or, on an uplink, the type
 * of its rule, virt-quota keys of its own.
 *
 * @see libvirt src/util/virnetdevopenvswitch.c, neutron neutron/agent/common/ovs_lib.py:_update_bw_limit_profile, _update_qos
 */
export function ovsRowMaker(row: OvsRow): OvsRowMaker {
  const ids = ovsMap(row.external_ids);
  const own = [...ids.keys()].find(key => /^virt-quota(?:-|$)/.test(String(key)));
  if (own !== undefined) {
    const what = own === 'virt-quota' ? `domain ${ids.get(own)}` : String(ids.get(own));
    return { who: 'virt-quota', text: `virt-quota for ${what}` };
  }
  if (ids.has('vm-id')) return { who: 'libvirt', text: `libvirt for domain ${ids.get('vm-id')}` };
  if (ids.has('id')) return { who: 'neutron', text: "Neutron's agent" };
  return { who: 'unknown', text: 'somebody else' };
}
