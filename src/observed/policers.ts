import type { TcPasser, TcPolicer } from './tc-filter.ts';

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

/**
 * Whether what it lets pass is accepted for good. `drop/continue` sends it on to the next filter, `drop/pipe` only to the
 * next action of its own. @see linux net/sched/act_api.c:tcf_action_exec
 */
export function decides(policer: TcPolicer): boolean {
  return seesAll(policer) && !(policer.action ?? '').endsWith('/continue');
}

/** What keeps a policer from ever being asked. */
export interface Overruling extends TcPasser {
  /** B/s that it lets through; absent: everything. */
  readonly rateBps?: number;
}

/**
 * What keeps a policer from ever being asked, and lets more through: the first before it that decides for every packet.
 * A stricter one before it is in nobody's way.
 *
 * @param policers in the order in which packets meet them
 */
export function overruling(policers: readonly TcPolicer[], policer: TcPolicer): Overruling | undefined {
  const first = policers.slice(0, policers.indexOf(policer)).find(decides);
  const { passedBefore: passer } = policer;
  if (passer !== undefined && (first === undefined || passer.pref < first.pref)) return passer;
  if (first === undefined) return undefined;
  const { filter, pref, text, rateBps = 0 } = first;
  if (!drops(first)) return { filter, pref, text };
  return rateBps > (policer.rateBps ?? 0) ? { filter, pref, text, rateBps } : undefined;
}
