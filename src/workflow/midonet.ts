import type { MidonetPolice } from '../backend/midonet-police.ts';
import type { Diagnostic } from '../diagnostics.ts';
import {
  policersSeen,
  readIproute2Version,
  readTcIngressFilters,
  readTcQdiscs,
  readTcRules,
} from '../host/tc.ts';
import { policersOf } from '../observed/tc-policer.ts';
import { type PlannedHost, planHost } from '../plan/host-plan.ts';
import type { HostResult } from '../plan/host-result.ts';
import { type FoundIngress, planMidonet, planNoMidonet } from '../plan/midonet-plan.ts';
import type { TcOp } from '../plan/tc-op.ts';
import { expectMidonet, midonetReadings } from '../verify/expect-midonet.ts';
import type { Knob } from '../verify/expectation.ts';
import { knobName } from '../verify/expectation.ts';
import type { HostFacts } from '../verify/host-facts.ts';
import type { Reading } from '../verify/reading.ts';
import { changeHost, type HostWork } from './host-change.ts';
import { remembered } from './remembered.ts';
import type { HostSurroundings } from './surroundings.ts';
import { notSeen, tcWork } from './tc-work.ts';
import { look, unseen } from './unseen.ts';

const kind = 'midonet';

/** A limit of MidoNet's on one device. */
export interface MidonetLimit {
  readonly dev: string;
  readonly police: MidonetPolice;
  /** What was said of the limit; with an error nothing is written. */
  readonly diagnostics: readonly Diagnostic[];
}

/** How MidoNet's filter on a device is read and written. */
export function midonetWork(surroundings: HostSurroundings, dev: string): HostWork<TcOp> {
  const observe = (knobs: readonly Knob[]) => observeIngress(surroundings, dev, knobs);
  return tcWork(surroundings, { kind, subject: dev }, observe);
}

/** What would be written to bring a limit onto its device. @throws QuotaError `refused` when it cannot be looked at */
export async function planMidonetOn(
  surroundings: HostSurroundings,
  { dev, police, diagnostics }: MidonetLimit,
): Promise<PlannedHost<TcOp>> {
  return planMidonet(police, await find(surroundings, dev, police.pref), diagnostics);
}

/** Brings a limit onto its device, as {@link changeHost} does. @throws QuotaError */
export function applyMidonet(surroundings: HostSurroundings, limit: MidonetLimit): Promise<HostResult<TcOp>> {
  const work = midonetWork(surroundings, limit.dev);
  return changeHost(surroundings, work, () => planMidonetOn(surroundings, limit));
}

/** Takes MidoNet's filter away, whatever its limit. @throws QuotaError */
export function removeMidonet(
  surroundings: HostSurroundings,
  dev: string,
  pref: number,
): Promise<HostResult<TcOp>> {
  const work = midonetWork(surroundings, dev);
  return changeHost(surroundings, work, async () => planNoMidonet(pref, await find(surroundings, dev, pref)));
}

/** Whether a device holds a limit. What cannot be seen is inconclusive. */
export async function verifyMidonet(
  surroundings: HostSurroundings,
  { dev, police, diagnostics }: MidonetLimit,
): Promise<PlannedHost<TcOp>> {
  const demands = expectMidonet(dev, police, await factsOf(surroundings));
  const readings = await observeIngress(surroundings, dev, demands);
  return planHost({ kind, subject: dev, demands, readings, steps: () => [], diagnostics });
}

async function observeIngress(
  surroundings: HostSurroundings,
  dev: string,
  knobs: readonly Knob[],
): Promise<readonly Reading[]> {
  const seen = await see(surroundings, dev);
  if ('why' in seen) return unseen(knobs, `tc filter show dev ${dev} parent ffff:`, seen.why);
  const prefs = new Set(knobs.map(({ knob }) => Number(/ pref (\d{1,5})$/.exec(knob)?.[1] ?? 0)));
  const found = [...prefs].flatMap(pref => midonetReadings(dev, pref, seen.found));
  const names = new Set(knobs.map(knobName));
  return found.filter((one, index) => names.has(knobName(one)) && isFirst(found, one, index));
}

/** The qdisc is read once for each preference. */
function isFirst(readings: readonly Reading[], one: Reading, index: number): boolean {
  return readings.findIndex(other => knobName(other) === knobName(one)) === index;
}

function see({ host }: HostSurroundings, dev: string) {
  return look(async () => {
    const [qdiscs, { found: rules }, filters] = await Promise.all([
      readTcQdiscs(host, dev),
      readTcRules(host, dev, ['parent', 'ffff:']),
      readTcIngressFilters(host, dev),
    ]);
    return { qdiscs, rules, policers: policersSeen(dev, policersOf(rules)), filters: filters.found };
  });
}

async function factsOf({ host }: HostSurroundings): Promise<Pick<HostFacts, 'iproute2'>> {
  const version = await look(() => readIproute2Version(host));
  return 'why' in version ? {} : { iproute2: version.found };
}

/** @throws QuotaError `refused` */
async function find(surroundings: HostSurroundings, dev: string, pref: number): Promise<FoundIngress> {
  const seen = await see(surroundings, dev);
  if ('why' in seen) throw notSeen(dev, seen.why);
  const [facts, before] = await Promise.all([
    factsOf(surroundings),
    remembered(surroundings, { kind, subject: dev }),
  ]);
  const readings = midonetReadings(dev, pref, seen.found);
  return { dev, ...seen.found, readings, facts, remembered: before };
}
