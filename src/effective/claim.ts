import type { DeviceRef } from '../domain/tuning.ts';
import { type Certainty, certaintyOf, NOT_UNDERSTOOD, type Unseen, unseenBelow } from './certainty.ts';

/** Who put a limit where it is, as far as can be told. */
export type Owner =
  | 'libvirt'
  | 'virt-quota'
  | 'neutron'
  | 'midonet'
  /** Plugs taps for Nova; its `linux-noop` keeps Open vSwitch's hands off a qdisc and limits nothing. */
  | 'os-vif'
  | 'unknown';

/** What becomes of a limit. */
export type Standing =
  /** The strictest of those that everything passes through. */
  | 'binds'
  /** Everything passes through it too, and something stricter does more. */
  | 'looser'
  /** It sees only some of the packets. */
  | 'partial'
  /** Something before it has decided already. */
  | 'shadowed'
  /** It is written down, and who would enforce it does not have it. */
  | 'not-in-force'
  /**
   * It could not be seen whether it is enforced, or how much it lets through; without a `value` it is a link of the way
   * that could not be read or is not understood.
   */
  | 'unseen';

/** One limit that somebody put somewhere. */
export interface Claim {
  readonly owner: Owner;
  /** Where it is: `tc tap0 police pref 49`, `ovs tap0 ingress_policing_rate`, `definition`. */
  readonly at: string;
  /** In the unit of what is limited; absent: it limits nothing, or (`unseen`) it is not known how much. */
  readonly value?: number;
  readonly standing: Standing;
  /** What the standing is known from. */
  readonly why?: string;
}

/** What of a device is limited, each in one unit. */
export type Limited =
  /** Seen from the guest, B/s. */
  | 'inbound'
  | 'outbound'
  /** Packets/s. */
  | 'inbound packets'
  | 'outbound packets'
  /** B/s and requests/s. */
  | 'read bytes'
  | 'write bytes'
  | 'read requests'
  | 'write requests'
  /** Host CPUs' worth of time. */
  | 'cpu';

/** What limits a device in one respect. */
export interface Effective {
  readonly device: DeviceRef;
  readonly limited: Limited;
  readonly unit: 'B/s' | 'packets/s' | 'requests/s' | 'CPUs';
  /** What is asked, and by which key. */
  readonly asked?: { readonly value: number; readonly because: string };
  readonly certainty: Certainty;
  /** The one that counts; absent: `certainty` is none of `exact` and `at-most`. */
  readonly binds?: Claim;
  /** Devices that have to share what binds with this one: it is for all of them together. Absent: it has it alone. */
  readonly sharedWith?: readonly string[];
  /** Why it is not known better; absent: everything on the way was read and is understood. */
  readonly unseen?: readonly Unseen[];
  /** All of them, in the order in which they are met. */
  readonly claims: readonly Claim[];
}

/** A limit that is met, before it is known which of them binds. */
export interface Met extends Omit<Claim, 'standing'> {
  /** `unknown`: it is there, and what it does with a packet is not understood. */
  readonly sees: 'everything' | 'some' | 'unknown';
  /** Whether nothing after it is asked any more; of one that is not understood: whether that may be so. */
  readonly decides: boolean;
}

/** A link on the way that could not be read or is not understood: it may limit, and how much is not known. */
export function unseenClaim({ at, why }: Unseen): Claim {
  return { owner: 'unknown', at, standing: 'unseen', why };
}

/**
 * Standings of limits that are met one after the other: the least of those that everything passes binds; one that decides
 * leaves nothing to those after it. Behind one that may decide and is not understood, nothing is known of any.
 */
export function inOrder(met: readonly Met[]): readonly Claim[] {
  const end = met.findIndex(one => one.decides && one.sees !== 'some');
  const reached = end < 0 ? met : met.slice(0, end + 1);
  const least = Math.min(
    ...reached.flatMap(one => (one.sees === 'everything' && one.value !== undefined ? [one.value] : [])),
  );
  const binding = reached.findIndex(one => one.sees === 'everything' && one.value === least);
  return met.map((one, at) =>
    at < reached.length ? reachedOne(one, at === binding) : behind(one, met[end]),
  );
}

function reachedOne({ sees, decides, ...claim }: Met, isBinding: boolean): Claim {
  if (sees === 'unknown') return { ...claim, standing: 'unseen', why: claim.why ?? NOT_UNDERSTOOD };
  if (sees === 'some') return { ...claim, standing: 'partial', why: 'it sees only some of the packets' };
  return { ...claim, standing: isBinding ? 'binds' : 'looser' };
}

function behind({ sees, decides, ...claim }: Met, end: Met | undefined): Claim {
  return end?.sees === 'unknown'
    ? { ...claim, standing: 'unseen', why: `${end.at} may decide before it` }
    : { ...claim, standing: 'shadowed', why: `${end?.at} decides for every packet before it` };
}

/** Of limits in places that everything passes one after the other, the least binds. */
export function inSeries(...stages: readonly (readonly Claim[])[]): readonly Claim[] {
  const claims = stages.flat();
  const isIn = ({ standing }: Claim) => standing === 'binds' || standing === 'looser';
  const least = Math.min(...claims.flatMap(one => (isIn(one) && one.value !== undefined ? [one.value] : [])));
  const binding = claims.findIndex(one => isIn(one) && one.value === least);
  return claims.map((claim, at) => {
    if (!isIn(claim)) return claim;
    return { ...claim, standing: at === binding ? 'binds' : 'looser' };
  });
}

/** Puts what is known of one respect together. */
export function effective(
  head: Pick<Effective, 'device' | 'limited' | 'unit' | 'asked' | 'sharedWith'>,
  claims: readonly Claim[],
): Effective {
  const binds = claims.find(claim => claim.standing === 'binds');
  const unseen = unseenBelow(claims, binds?.value);
  const { device, limited, unit, asked, sharedWith = [] } = head;
  return {
    device,
    limited,
    unit,
    ...(asked && { asked }),
    certainty: certaintyOf(claims, unseen),
    ...(binds && { binds }),
    ...(binds && sharedWith.length > 0 && { sharedWith }),
    ...(unseen.length > 0 && { unseen }),
    claims,
  };
}
