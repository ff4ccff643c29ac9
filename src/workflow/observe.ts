import type { DomainDefinition, InterfaceDefinition } from '../domain/definition.ts';
import { interfaceEnforcer } from '../domain/enforcement.ts';
import { readOvs } from '../host/ovs.ts';
import { readIproute2Version } from '../host/tc.ts';
import type { OvsState } from '../observed/ovs.ts';
import type { HostReader } from '../ports/host.ts';
import type { DomainState, HypervisorReader } from '../ports/hypervisor.ts';
import type { HostFacts } from '../verify/host-facts.ts';
import type { Reading } from '../verify/reading.ts';
import { observeCgroup, unseenCgroup } from './observe-cgroup.ts';
import { observeDefinition } from './observe-definition.ts';
import { observeOvsPort, unseenOvsPort } from './observe-ovs.ts';
import { observeQemu } from './observe-qemu.ts';
import { observeTc, unseenTc } from './observe-tc.ts';
import { look, type Seen } from './unseen.ts';

/** What to look at, and with what. */
export interface ObserveInput {
  readonly hypervisor: HypervisorReader;
  /** Absent when libvirt is on another machine: then cgroups, tc and Open vSwitch cannot be seen. */
  readonly host?: HostReader;
  readonly domain: DomainState;
  readonly live?: DomainDefinition;
  readonly config?: DomainDefinition;
  readonly signal?: AbortSignal;
}

/** What every layer of a domain holds, and what is to be known of its host to judge that. */
export interface Observation {
  readonly readings: readonly Reading[];
  readonly facts: HostFacts;
}

const ELSEWHERE = 'this host is not the hypervisor';

/**
 * Reads every layer of a domain; changes nothing. What cannot be read is a reading that says why.
 * @throws the signal's reason
 */
export async function observeDomain(input: ObserveInput): Promise<Observation> {
  const { live, config, hypervisor, domain, signal } = input;
  const { libvirtVersion } = await hypervisor.info();
  const defined = [
    ...(config === undefined ? [] : observeDefinition('config', config)),
    ...(live === undefined ? [] : observeDefinition('live', live)),
  ];
  const known = { libvirtVersion, ovsPorts: new Set<string>(), macvtaps: new Set<string>() };
  if (live === undefined) return { readings: defined, facts: known };
  signal?.throwIfAborted();
  const qemu = await observeQemu(hypervisor, domain, live);
  signal?.throwIfAborted();
  const enforced = await observeHost(input.host, live, signal);
  return {
    readings: [...defined, ...qemu, ...enforced.readings],
    facts: { ...known, ...enforced.facts },
  };
}

async function observeHost(
  host: HostReader | undefined,
  live: DomainDefinition,
  signal: AbortSignal | undefined,
): Promise<{ readonly readings: readonly Reading[]; readonly facts: Partial<HostFacts> }> {
  const nics = live.interfaces.filter(nic => interfaceEnforcer(nic) !== 'none');
  if (host === undefined) {
    const network = nics.flatMap(nic => unseenNic(nic, ELSEWHERE));
    return { readings: [...unseenCgroup(live, ELSEWHERE), ...network], facts: {} };
  }
  const cgroup = await observeCgroup(host, live);
  if (nics.length === 0) return cgroup;
  const version = await look(() => readIproute2Version(host));
  const ovs = await observeOvs(host, nics);
  const network: Reading[] = [];
  for (const nic of nics) {
    signal?.throwIfAborted();
    network.push(...(await observeNic(host, nic, ovs)));
  }
  return {
    readings: [...cgroup.readings, ...network],
    facts: {
      ...cgroup.facts,
      ...('found' in version && { iproute2: version.found }),
      ovsPorts: new Set('found' in ovs ? ovs.found.interfaces.map(row => String(row.name)) : []),
      macvtaps: await macvtapsAmong(host, nics),
    },
  };
}

/** Asks Open vSwitch only when one of the interfaces may be its port. */
async function observeOvs(host: HostReader, nics: readonly InterfaceDefinition[]): Promise<Seen<OvsState>> {
  const mayBePort = nics.some(nic => nic.type === 'ethernet' || interfaceEnforcer(nic) === 'ovs');
  return mayBePort ? look(() => readOvs(host)) : { why: 'it was not asked' };
}

async function observeNic(
  host: HostReader,
  nic: InterfaceDefinition,
  ovs: Seen<OvsState>,
): Promise<readonly Reading[]> {
  if (nic.dev === undefined) return unseenNic(nic, 'libvirt names no device of the host');
  const tc = await observeTc(host, nic.dev);
  if (interfaceEnforcer(nic) !== 'ovs') return tc;
  const port = 'found' in ovs ? observeOvsPort(ovs.found, nic.dev) : unseenOvsPort(nic.dev, ovs.why);
  return [...port, ...tc];
}

function unseenNic(nic: InterfaceDefinition, why: string): readonly Reading[] {
  const subject = nic.dev ?? nic.mac;
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
