import type { HostProfile } from '../intent/host-profile.ts';
import type { ProfileClass } from '../intent/profile-class.ts';
import { bitsToBytes, bytesIn } from '../units.ts';

/** A class of the tree as tc holds it. */
export interface HtbNode {
  /** `1:10`, hexadecimal as everything in tc. */
  readonly classid: string;
  readonly rateBps: number;
  readonly ceilBps: number;
  readonly burstBytes: number;
  readonly cburstBytes: number;
}

/** A leaf with the class of the profile that it stands for. */
export interface HtbLeaf extends HtbNode {
  readonly of: ProfileClass;
  /** Bytes sent before another class gets its turn, when both borrow. */
  readonly quantum: number;
  /** Handle of its own qdisc. */
  readonly handle: string;
}

/** An htb tree: the uplink's root qdisc `1:`, a class for the link, one below for each class of the profile. */
export interface HtbTree {
  readonly uplink: string;
  readonly link: HtbNode;
  readonly leaves: readonly HtbLeaf[];
  /** Where everything goes that no filter takes. */
  readonly defaultClassid: string;
}

/** At least one full packet with its headers. */
const leastBurst = 1600;

/** The tree of a profile. Class ids are 1:10, 1:20, … in the order of the classes. */
export function htbTree({ uplink, rateBits, burstMs, classes }: HostProfile): HtbTree {
  const leaves = classes.map((one, index): HtbLeaf => {
    const minor = `${index + 1}0`;
    const node = nodeOf(`1:${minor}`, [one.guaranteeBits, one.ceilingBits], burstMs);
    return { ...node, of: one, quantum: quantumOf(node.rateBps), handle: `${minor}:` };
  });
  const defaultLeaf = leaves.find(leaf => leaf.of.isDefault);
  return {
    uplink,
    link: nodeOf('1:1', [rateBits, rateBits], burstMs),
    leaves,
    defaultClassid: defaultLeaf?.classid ?? '1:1',
  };
}

function nodeOf(classid: string, [rateBits, ceilBits]: readonly [number, number], burstMs: number): HtbNode {
  const rateBps = bitsToBytes(rateBits);
  const ceilBps = bitsToBytes(ceilBits);
  const burstOf = (bps: number) => Math.max(leastBurst, bytesIn(bps, burstMs));
  return { classid, rateBps, ceilBps, burstBytes: burstOf(rateBps), cburstBytes: burstOf(ceilBps) };
}

/** A tenth of the rate as tc's own, but within what the kernel does not complain about. @see linux net/sched/sch_htb.c:htb_change_class */
function quantumOf(rateBps: number): number {
  return Math.min(60_000, Math.max(1514, Math.floor(rateBps / 10)));
}
