import type { DomainDefinition, InterfaceDefinition } from '../domain/definition.ts';
import { interfaceEnforcer } from '../domain/enforcement.ts';
import { interfaceName } from '../domain/interface-identity.ts';
import { readCgroupVersion } from '../host/cgroup-place.ts';
import { readOvs } from '../host/ovs.ts';
import { readIproute2Version } from '../host/tc.ts';
import { type OvsBridgesState, type OvsState, ovsInterfaceNames, ovsRow } from '../observed/ovs.ts';
import { type OvsHolder, ovsHolders, tellsOwners } from '../observed/ovs-owner.ts';
import { isTestDriver } from '../plan/driver-limits.ts';
import type { HostReader } from '../ports/host.ts';
import type { DomainState, HypervisorReader } from '../ports/hypervisor.ts';
import type { HostFacts, TapLimits } from '../verify/host-facts.ts';
import type { Reading } from '../verify/reading.ts';
import { observeCgroup, unseenCgroup } from './observe-cgroup.ts';
import { observeDefinition } from './observe-definition.ts';
import { observeOvsPort, unseenOvsPort } from './observe-ovs.ts';
import { observeQueues, type QueueReadings } from './observe-ovs-queues.ts';
import { observeQemu } from './observe-qemu.ts';
import { silentPorts, undecided } from './observe-silent-ovs.ts';
import { type ObservedTc, observeTc, unseenTc } from './observe-tc.ts';
import { look, type Seen } from './unseen.ts';

/** What to look at, and with what. */
export interface ObserveInput {
  readonly hypervisor: HypervisorReader;
  /** Absent when libvirt is on another machine: then cgroups, tc and Open vSwitch cannot be seen. */
  readonly host?: HostReader;
  readonly domain: DomainState;
  readonly live?: DomainDefinition;
  readonly config?: DomainDefinition;
  /** Block devices of the host on which the domain shall be limited; those on which it is are looked at anyway. */
  readonly hostDevices?: readonly string[];
  readonly signal?: AbortSignal;
}

/** What every layer of a domain holds, and what is to be known of its host to judge that. */
export interface Observation {
  readonly readings: readonly Reading[];
  readonly facts: HostFacts;
}

const ELSEWHERE = 'this host is not the hypervisor';
const UNNAMED = 'libvirt names no device of the host';

/**
 * Reads every layer of a domain; changes nothing. What cannot be read is a reading that says why.
 * @throws the signal's reason
 */
export async function observeDomain(input: ObserveInput): Promise<Observation> {
  const { live, config, hypervisor, domain, signal } = input;
  const { libvirtVersion, driver } = await hypervisor.info();
  const defined = [
    ...(config === undefined ? [] : observeDefinition('config', config, input.hostDevices)),
    ...(live === undefined ? [] : observeDefinition('live', live, input.hostDevices)),
  ];
  const known = { ovsPorts: new Set<string>(), macvtaps: new Set<string>() };
  if (live === undefined) {
    const version = isTestDriver(driver) ? {} : await cgroupVersionOn(input.host);
    return { readings: defined, facts: { libvirtVersion, ...known, ...version } };
  }
  signal?.throwIfAborted();
  const paths = new Set([...live.hostDevices.map(device => device.path), ...(input.hostDevices ?? [])]);
  const [qemu, enforced] = await Promise.all([
    observeQemu(hypervisor, domain, live),
    observeHost(input.host, live, [...paths], signal),
  ]);
  return {
    readings: [...defined, ...qemu, ...enforced.readings],
    facts: { libvirtVersion, ...known, ...enforced.facts },
  };
}

/** What a definition is held against that nothing runs of. */
async function cgroupVersionOn(host: HostReader | undefined): Promise<Partial<HostFacts>> {
  const seen = host === undefined ? undefined : await look(() => readCgroupVersion(host));
  const version = seen !== undefined && 'found' in seen ? seen.found : undefined;
  return version === undefined ? {} : { cgroupVersion: version };
}

async function observeHost(
  host: HostReader | undefined,
  live: DomainDefinition,
  paths: readonly string[],
  signal: AbortSignal | undefined,
): Promise<{ readonly readings: readonly Reading[]; readonly facts: Partial<HostFacts> }> {
  const nics = live.interfaces.filter(nic => interfaceEnforcer(nic) !== 'none');
  if (host === undefined) {
    const network = nics.flatMap(nic => unseenNic(nic, ELSEWHERE));
    return { readings: [...unseenCgroup(live, paths, ELSEWHERE), ...network], facts: {} };
  }
  if (nics.length === 0) return observeCgroup(host, live, paths);
  signal?.throwIfAborted();
  // At once: each is a process of its own, and waits more than it works.
  const [cgroup, version, ovs, allTc, macvtaps] = await Promise.all([
    observeCgroup(host, live, paths),
    look(() => readIproute2Version(host)),
    observeOvs(host, nics),
    Promise.all(nics.map(nic => observeNic(host, nic))),
    macvtapsAmong(host, nics),
  ]);
  const ports = 'found' in ovs ? ovsInterfaceNames(ovs.found) : new Set<string>();
  const holders = 'found' in ovs ? holdersAmong(ovs.found, nics, ports) : undefined;
  const silent = 'why' in ovs && mayBePorts(nics) ? await silentPorts(host, nics, allTc, ovs.why) : undefined;
  const tc = nics.map((nic, index) => judgeable(nic, allTc[index], silent));
  const queues =
    'found' in ovs ? await observeQueues(host, ovs.found, devsOf(nics)) : new Map<string, Reading>();
  const network = nics.flatMap((nic, index) => [
    ...portOf(nic, ovs).map(one => withQueues(one, queues)),
    ...(tc[index]?.readings ?? []),
  ]);
  return {
    readings: [...cgroup.readings, ...network],
    facts: {
      ovsPorts: ports,
      ...cgroup.facts,
      ...('found' in version && { iproute2: version.found }),
      ...(holders && { ovsHolders: holders }),
      macvtaps,
      taps: new Map(nics.flatMap((nic, index) => tapOf(nic, tc[index]))),
      ...('found' in ovs && { ovs: ovs.found }),
      ...(silent !== undefined && silent.size > 0 && { ovsSilent: silent }),
    },
  };
}

function devsOf(nics: readonly InterfaceDefinition[]): readonly string[] {
  return nics.flatMap(({ dev }) => dev ?? []);
}

/** A queue that is there and that packets go past, or may, holds nothing that could be relied upon. */
function withQueues(reading: Reading, queues: QueueReadings): Reading {
  const past = reading.knob === 'qos queues:0' ? queues.get(reading.subject) : undefined;
  return reading.values === undefined ? reading : (past ?? reading);
}

/** Of a tap that libvirt does not know to be a port, only the database tells whose limits it must hold. */
function judgeable(
  { type, dev = '' }: InterfaceDefinition,
  tc: ObservedTc | undefined,
  silent: HostFacts['ovsSilent'],
): ObservedTc | undefined {
  const why = type === 'ethernet' ? silent?.get(dev) : undefined;
  return tc === undefined || why === undefined ? tc : undecided(tc, why);
}

function tapOf({ dev }: InterfaceDefinition, tc: ObservedTc | undefined): readonly [string, TapLimits][] {
  return dev === undefined || tc?.state === undefined ? [] : [[dev, tc.state]];
}

/** Asks Open vSwitch only when one of the interfaces may be its port. */
async function observeOvs(
  host: HostReader,
  nics: readonly InterfaceDefinition[],
): Promise<Seen<OvsBridgesState>> {
  return mayBePorts(nics) ? look(() => readOvs(host)) : { why: 'it was not asked' };
}

function mayBePorts(nics: readonly InterfaceDefinition[]): boolean {
  return nics.some(nic => nic.type === 'ethernet' || interfaceEnforcer(nic) === 'ovs');
}

/** Whose the limits are, where libvirt does not know that a tap is a port and the database tells. */
function holdersAmong(
  state: OvsState,
  nics: readonly InterfaceDefinition[],
  ports: ReadonlySet<string>,
): ReadonlyMap<string, OvsHolder> | undefined {
  const isUnknownPort = nics.some(({ type, dev = '' }) => type === 'ethernet' && ports.has(dev));
  return isUnknownPort && tellsOwners(state) ? ovsHolders(state) : undefined;
}

async function observeNic(host: HostReader, nic: InterfaceDefinition): Promise<ObservedTc> {
  return nic.dev === undefined
    ? { readings: unseenTc(interfaceName(nic), UNNAMED) }
    : observeTc(host, nic.dev);
}

/** What Open vSwitch holds for an interface that is its port, whether libvirt knows it or not. */
function portOf(nic: InterfaceDefinition, ovs: Seen<OvsState>): readonly Reading[] {
  const { dev } = nic;
  const isKnown = interfaceEnforcer(nic) === 'ovs';
  if (dev === undefined) return isKnown ? unseenOvsPort(interfaceName(nic), UNNAMED) : [];
  if ('why' in ovs) return isKnown ? unseenOvsPort(dev, ovs.why) : [];
  return isKnown || ovsRow(ovs.found.ports, 'name', dev) ? observeOvsPort(ovs.found, dev) : [];
}

function unseenNic(nic: InterfaceDefinition, why: string): readonly Reading[] {
  const subject = nic.dev ?? interfaceName(nic);
  const port = interfaceEnforcer(nic) === 'ovs' ? unseenOvsPort(subject, why) : [];
  return [...port, ...unseenTc(subject, why)];
}

/** A macvtap has a folder of this name, for its character device. @see linux drivers/net/tap.c:tap_create_cdev */
async function macvtapsAmong(
  host: HostReader,
  nics: readonly InterfaceDefinition[],
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const { type, managed, dev } of nics) {
    if (type !== 'ethernet' || managed || dev === undefined || /[/\s]|^\.\.?$/.test(dev)) continue;
    const folder = await look(() => host.listFolder(`/sys/class/net/${dev}/macvtap`));
    if ('found' in folder && folder.found !== undefined) found.add(dev);
  }
  return found;
}
