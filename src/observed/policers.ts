import type { TcPolicer } from './tc-filter.ts';

/** Priority at which Neutron's agents put their own filters. @see neutron agent/linux/tc_lib.py */
export const NEUTRON_PREF = 49;

/** The first u32 filter for all packets is libvirt's, whoever made it; Neutron's agents have a priority of their own. */
export function isLibvirts({ filter, protocol, matchesAll, pref }: TcPolicer): boolean {
  return filter === 'u32' && protocol === 'all' && matchesAll && pref !== NEUTRON_PREF;
}

/** @see openvswitch lib/netdev-linux.c:tc_add_matchall_policer; `basic` before 2.17 */
export function isOpenVswitchs({ filter, matchesAll }: TcPolicer): boolean {
  return matchesAll && (filter === 'matchall' || filter === 'basic');
}

/** What is above the rate may also be let pass, or counted only: then it limits nothing. */
export function drops({ action = 'drop' }: TcPolicer): boolean {
  return action.startsWith('drop');
}

/** Whether it sees every packet. */
export function seesAll({ matchesAll, protocol }: TcPolicer): boolean {
  return matchesAll && protocol === 'all';
}

/** Whether what it lets pass is accepted for good; `drop/continue` and `drop/pipe` send it on to what follows. */
export function decides(policer: TcPolicer): boolean {
  return seesAll(policer) && !/\/(?:continue|pipe)$/.test(policer.action ?? '');
}

/**
 * The policer that keeps another one from ever being asked, and lets more through: the first before it that decides for
 * every packet. A stricter one before it is in nobody's way.
 *
 * @param policers in the order in which packets meet them
 */
export function overruling(policers: readonly TcPolicer[], policer: TcPolicer): TcPolicer | undefined {
  const first = policers.slice(0, policers.indexOf(policer)).find(decides);
  const through = first !== undefined && drops(first) ? first.rateBps : Number.POSITIVE_INFINITY;
  return (through ?? 0) > (policer.rateBps ?? 0) ? first : undefined;
}
