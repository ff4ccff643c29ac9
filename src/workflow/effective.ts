import type { Diagnostic } from '../diagnostics.ts';
import { interfaceEnforcer, isOvsHeld } from '../domain/enforcement.ts';
import { isUndecided, type Unseen, unseenAt } from '../effective/certainty.ts';
import type { Effective } from '../effective/claim.ts';
import { type Contest, contests } from '../effective/contest.ts';
import { effectiveDomain } from '../effective/effective-domain.ts';
import { cpuBandwidths, diskStates, idleGroups, nicStates, unseenGroups } from '../effective/host-state.ts';
import { meteringTables } from '../effective/metered.ts';
import type { PortFlows } from '../effective/nic-state.ts';
import { QuotaError } from '../errors.ts';
import { readFlows, readMeters } from '../host/openflow.ts';
import { readOvs } from '../host/ovs.ts';
import type { OpenFlow } from '../observed/openflow.ts';
import { findOvsPort } from '../observed/ovs-port.ts';
import type { HostReader } from '../ports/host.ts';
import type { DomainRef } from '../ports/hypervisor.ts';
import { NOT_CAPTURED } from '../verify/reading.ts';
import { assess } from './assess.ts';
import { type DomainView, lookAt } from './look-at.ts';
import { stillThere } from './still-there.ts';
import type { ReadSurroundings } from './surroundings.ts';
import { look, type Seen } from './unseen.ts';
import { type Asked, flavorWish } from './wish.ts';

/** What limits a domain's devices, and where more than one wants to. */
export interface EffectiveLimits {
  readonly domain: DomainRef;
  readonly effective: readonly Effective[];
  readonly contests: readonly Contest[];
  /** What else is to be said of them: limits that get in each other's way at the next start. */
  readonly warnings: readonly Diagnostic[];
}

/**
 * Finds out what limits each device of a running domain, whoever has put it there. Changes nothing.
 *
 * @param askedOf what a domain shall have, to be seen beside it
 * @throws QuotaError `not-found`, also when it goes away meanwhile; `unreachable`; `refused` when it does not run
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
    diagnostics,
    view: marked,
  } = await assess(surroundings, view, flavorWish(askedOf(view)), ['live']);
  const definition = marked.live ?? view.live;
  const ports = definition.interfaces.flatMap(nic => {
    const { dev } = nic;
    return dev !== undefined && (isOvsHeld(interfaceEnforcer(nic)) || facts.ovsPorts.has(dev)) ? [dev] : [];
  });
  const openflow = await openflowOf(surroundings, ports);
  const state = {
    definition,
    groups: cpuBandwidths(readings),
    unseenGroups: unseenGroups(readings),
    idleGroups: idleGroups(readings),
    disks: diskStates(definition, readings),
    nics: nicStates(definition, facts, { openflow, readings }),
  };
  const effective = effectiveDomain(state, tuning.live ?? []);
  // One that was stopped meanwhile has no cgroup and no taps any more.
  if (effective.some(one => isUndecided(one.certainty, one.unseen)))
    await stillThere(surroundings, view.state);
  return {
    domain: { name, uuid, ...(id !== undefined && { id }) },
    effective,
    contests: contests(effective),
    warnings: diagnostics.filter(({ code }) => code === 'policy-beside-vif-quota'),
  };
}

/** Flows and meters of the bridges that the ports are on, or why they could not be read. */
async function openflowOf(
  { host }: ReadSurroundings,
  ports: readonly string[],
): Promise<ReadonlyMap<string, PortFlows | Unseen>> {
  if (host === undefined || ports.length === 0) return new Map();
  const database = await look(() => readOvs(host));
  if ('why' in database) return new Map(ports.map(dev => [dev, unseenAt('openflow', database.why)]));
  // A host with ports has bridges: captures of earlier days have not kept them.
  if (database.found.bridges.length === 0)
    return new Map(ports.map(dev => [dev, unseenAt('openflow', NOT_CAPTURED)]));
  const places = ports.map(dev => ({ dev, place: findOvsPort(database.found, { dev }) }));
  const bridges = [...new Set(places.flatMap(({ place }) => place?.bridge ?? []))];
  const seen = new Map(
    await Promise.all(bridges.map(async name => [name, await look(() => readBridge(host, name))] as const)),
  );
  return new Map(places.map(({ dev, place }) => [dev, flowsOf(place, seen)]));
}

type Bridge = Awaited<ReturnType<typeof readBridge>>;

function flowsOf(
  place: ReturnType<typeof findOvsPort>,
  bridges: ReadonlyMap<string, Seen<Bridge>>,
): PortFlows | Unseen {
  if (place === undefined) return { at: 'openflow', why: 'Open vSwitch has it on no bridge' };
  const { bridge, ofport } = place;
  const at = `openflow ${bridge}`;
  const seen = bridges.get(bridge) ?? { why: 'it was not asked' };
  if ('why' in seen) return unseenAt(at, seen.why);
  if (ofport === undefined) return { at, why: 'the port has no number there' };
  return { bridge, ofport, ...seen.found };
}

async function readBridge(host: HostReader, bridge: string): Promise<Pick<PortFlows, 'flows' | 'meters'>> {
  const [flows, meters] = await Promise.all([readMetering(host, bridge), readMeters(host, bridge)]);
  return { flows, meters };
}

/** Of all flows of a bridge, which can be very many, those of the tables that have meters. */
async function readMetering(host: HostReader, bridge: string): Promise<readonly OpenFlow[]> {
  return (await Promise.all(meteringTables.map(table => readFlows(host, bridge, table)))).flat();
}
