import type { TcPolicer } from './tc-policer.ts';

/** Priority at which Neutron's agents put their own filters. @see neutron agent/linux/tc_lib.py */
export const NEUTRON_PREF = 49;

/** Priority at which MidoNet's agent puts its filter. */
export const MIDONET_PREF = 5;

/** Whether a filter is one of a system that has limits of its own. */
export function isOthers({ pref, kind }: { readonly pref: number; readonly kind: string }): boolean {
  return pref === NEUTRON_PREF || (pref === MIDONET_PREF && kind === 'basic');
}

/** The first u32 filter for all packets is libvirt's, whoever made it; Neutron's agents have a priority of their own. */
export function isLibvirts({ filter, protocol, matchesAll, pref }: TcPolicer): boolean {
  return filter === 'u32' && protocol === 'all' && matchesAll && pref !== NEUTRON_PREF;
}

/** @see openvswitch lib/netdev-linux.c:tc_add_matchall_policer; `basic` before 2.17 */
export function isOpenVswitchs({ filter, matchesAll }: TcPolicer): boolean {
  return matchesAll && (filter === 'matchall' || filter === 'basic');
}

/**
 * The policer that stands for what libvirt sets: its own, or where there is none another one of every packet, whoever has
 * put it there.
 */
export function plainPolicer(policers: readonly TcPolicer[]): TcPolicer | undefined {
  const isPlain = (one: TcPolicer) => seesAll(one) && !isOthers(one.rule) && one.rateBps !== undefined;
  return policers.find(isLibvirts) ?? policers.find(isPlain);
}

/** Starting again (`reclassify`) a packet comes to the same policer, until the kernel drops it. */
export function drops({ action = 'drop' }: TcPolicer): boolean {
  return action.startsWith('drop') || action.startsWith('reclassify');
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
