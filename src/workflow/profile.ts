import type { HtbTree } from '../backend/htb-tree.ts';
import { readIproute2Version, readTcTree, type TcTreeAnswer } from '../host/tc.ts';
import { type PlannedHost, planHost } from '../plan/host-plan.ts';
import type { HostResult } from '../plan/host-result.ts';
import { type FoundUplink, planNoProfile, planProfile, profileDemands } from '../plan/profile-plan.ts';
import type { TcOp } from '../plan/tc-op.ts';
import { expectProfile } from '../verify/expect-profile.ts';
import type { Knob } from '../verify/expectation.ts';
import { htbReadings } from '../verify/htb-readings.ts';
import type { Reading } from '../verify/reading.ts';
import { changeHost, type HostWork } from './host-change.ts';
import { remembered } from './remembered.ts';
import type { HostSurroundings } from './surroundings.ts';
import { notSeen, tcWork } from './tc-work.ts';
import { look, unseen } from './unseen.ts';

const kind = 'profile';

/** How the tree of an uplink is read and written. */
export function profileWork(surroundings: HostSurroundings, uplink: string): HostWork<TcOp> {
  const observe = async (knobs: readonly Knob[]) =>
    readingsOf(await see(surroundings, uplink), uplink, knobs);
  return tcWork(surroundings, { kind, subject: uplink }, observe);
}

/**
 * What would be written to bring a profile onto its uplink.
 *
 * @param replace whether somebody else's root qdisc may go, when it can be made anew
 * @throws QuotaError `refused` when the uplink cannot be looked at
 */
export async function planProfileOn(
  surroundings: HostSurroundings,
  tree: HtbTree,
  replace: boolean,
): Promise<PlannedHost<TcOp>> {
  return planProfile(tree, await find(surroundings, tree), replace);
}

/** Brings a profile onto its uplink, as {@link changeHost} does. @throws QuotaError */
export function applyProfile(
  surroundings: HostSurroundings,
  tree: HtbTree,
  replace: boolean,
): Promise<HostResult<TcOp>> {
  const work = profileWork(surroundings, tree.uplink);
  return changeHost(surroundings, work, () => planProfileOn(surroundings, tree, replace));
}

/** Takes a profile away, whichever is on its uplink, and brings back what it replaced. @throws QuotaError */
export function removeProfile(surroundings: HostSurroundings, tree: HtbTree): Promise<HostResult<TcOp>> {
  const work = profileWork(surroundings, tree.uplink);
  return changeHost(surroundings, work, async () => planNoProfile(await find(surroundings, tree)));
}

/** Whether an uplink holds a profile, and nothing else beside. What cannot be seen is inconclusive. */
export async function verifyProfile(
  surroundings: HostSurroundings,
  tree: HtbTree,
): Promise<PlannedHost<TcOp>> {
  const seen = await see(surroundings, tree.uplink);
  const readings = readingsOf(seen, tree.uplink, expectProfile(tree, seen.facts));
  const demands = profileDemands(tree, { facts: seen.facts, readings });
  return planHost({ kind, subject: tree.uplink, demands, readings, steps: () => [], diagnostics: [] });
}

interface Seen {
  readonly answer: TcTreeAnswer | { readonly why: string };
  readonly facts: FoundUplink['facts'];
}

async function see({ host }: HostSurroundings, uplink: string): Promise<Seen> {
  const [version, seen] = await Promise.all([
    look(() => readIproute2Version(host)),
    look(() => readTcTree(host, uplink)),
  ]);
  return {
    answer: 'why' in seen ? seen : seen.found,
    facts: 'why' in version ? {} : { iproute2: version.found },
  };
}

function readingsOf({ answer }: Seen, uplink: string, knobs: readonly Knob[]): readonly Reading[] {
  if ('why' in answer) return unseen(knobs, `tc qdisc show dev ${uplink}`, answer.why);
  return htbReadings(uplink, answer.tree, answer.sources, knobs);
}

/** @throws QuotaError `refused` */
async function find(surroundings: HostSurroundings, wanted: HtbTree): Promise<FoundUplink> {
  const { uplink } = wanted;
  const seen = await see(surroundings, uplink);
  const { answer, facts } = seen;
  if ('why' in answer) throw notSeen(uplink, answer.why);
  const readings = readingsOf(seen, uplink, expectProfile(wanted, facts));
  const before = await remembered(surroundings, { kind, subject: uplink });
  return { dev: uplink, tree: answer.tree, readings, facts, remembered: before };
}
