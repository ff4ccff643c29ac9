import type { Effective } from '../effective/claim.ts';
import { type Contest, contests } from '../effective/contest.ts';
import { effectiveDomain } from '../effective/effective-domain.ts';
import { cpuBandwidths, diskStates, nicStates } from '../effective/host-state.ts';
import { QuotaError } from '../errors.ts';
import { readTcQdiscs } from '../host/tc.ts';
import type { TcQdisc } from '../observed/tc-qdisc.ts';
import type { DomainRef } from '../ports/hypervisor.ts';
import { assess } from './assess.ts';
import { type DomainView, lookAt } from './look-at.ts';
import type { ReadSurroundings } from './surroundings.ts';
import { look } from './unseen.ts';
import { type Asked, flavorWish } from './wish.ts';

/** What limits a domain's devices, and where more than one wants to. */
export interface EffectiveLimits {
  readonly domain: DomainRef;
  readonly effective: readonly Effective[];
  readonly contests: readonly Contest[];
}

/**
 * Finds out what limits each device of a running domain, whoever has put it there. Changes nothing.
 *
 * @param askedOf what a domain shall have, to be seen beside it
 * @throws QuotaError `not-found`, `unreachable`, `refused` when it does not run
 */
export async function effectiveLimits(
  surroundings: ReadSurroundings,
  domain: string,
  askedOf: (view: DomainView) => Asked,
): Promise<EffectiveLimits> {
  const view = await lookAt(surroundings, domain);
  const { name, uuid, id } = view.state;
  if (view.live === undefined) {
    throw new QuotaError('refused', name, `domain '${name}' is not running: nothing limits it`);
  }
  const {
    readings,
    facts,
    tuning,
    view: marked,
  } = await assess(surroundings, view, flavorWish(askedOf(view)), ['live']);
  const definition = marked.live ?? view.live;
  const qdiscs = await qdiscsOf(surroundings, [...(facts.taps?.keys() ?? [])]);
  const state = {
    definition,
    groups: cpuBandwidths(readings),
    disks: diskStates(definition, readings),
    nics: nicStates(definition, facts, qdiscs),
  };
  const effective = effectiveDomain(state, tuning.live ?? []);
  return {
    domain: { name, uuid, ...(id !== undefined && { id }) },
    effective,
    contests: contests(effective),
  };
}

async function qdiscsOf(
  { host }: ReadSurroundings,
  devs: readonly string[],
): Promise<ReadonlyMap<string, readonly TcQdisc[]>> {
  if (host === undefined) return new Map();
  const seen = await Promise.all(devs.map(dev => look(() => readTcQdiscs(host, dev))));
  return new Map(
    devs.flatMap((dev, at): [string, readonly TcQdisc[]][] => {
      const one = seen[at];
      return one !== undefined && 'found' in one ? [[dev, one.found.found]] : [];
    }),
  );
}
