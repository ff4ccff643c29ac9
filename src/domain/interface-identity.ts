import type { InterfaceDefinition } from './definition.ts';
import { type DeviceRef, deviceSubject } from './tuning.ts';

/** Two definitions of one domain, or one of them. */
interface Defined {
  readonly live?: readonly InterfaceDefinition[];
  readonly config?: readonly InterfaceDefinition[];
}

/** How tuning names an interface: its MAC, and where another one of the domain has the same, what tells it from that. */
export function interfaceRef({ mac, id }: Pick<InterfaceDefinition, 'mac' | 'id'>): InterfaceRef {
  return id === undefined ? { kind: 'interface', mac } : { kind: 'interface', mac, id };
}

/** What an interface is called where no device of the host stands for it: a MAC, `52:54:…@ua-backup0`. */
export function interfaceName(nic: Pick<InterfaceDefinition, 'mac' | 'id'>): string {
  return deviceSubject(interfaceRef(nic));
}

/** An interface in {@link DeviceRef}. */
export type InterfaceRef = Extract<DeviceRef, { readonly kind: 'interface' }>;

/**
 * The interface that is meant; undefined: there is none, or the device is of another kind. Where a MAC stands alone it
 * means the first of those that have it, as libvirt takes it and as plans of earlier versions mean it.
 */
export function findInterface<N extends InterfaceDefinition>(
  interfaces: readonly N[],
  device: DeviceRef,
): N | undefined {
  if (device.kind !== 'interface') return undefined;
  const mac = device.mac.toLowerCase();
  const { id } = device;
  const alike = interfaces.filter(one => one.mac === mac);
  if (id === undefined) return alike[0];
  // An id may have been chosen for both definitions: read alone, this one may call its interface by another.
  return alike.find(one => one.id === id) ?? alike.find((one, at) => namesOf(one, at).includes(id));
}

/**
 * By what libvirt's calls find an interface where its MAC would find another one that comes first: its device on the
 * host. Undefined: its MAC is enough. Of one without a device it is a name that libvirt does not know: better refused
 * than written into the other.
 */
export function deviceBesideMac(nic: InterfaceDefinition): string | undefined {
  return nic.id === undefined ? undefined : (nic.dev ?? interfaceName(nic));
}

/**
 * The interface whose transient partner this one is (`<teaming type='transient'/>`, a virtual function of a network
 * card): the guest has one network card of both. Undefined: it is nobody's partner, or its own is not there.
 */
export function teamPartner(
  { teamedWith }: InterfaceDefinition,
  interfaces: readonly InterfaceDefinition[],
): InterfaceDefinition | undefined {
  return teamedWith === undefined ? undefined : interfaces.find(one => one.alias === teamedWith);
}

/** Gives the interfaces of one definition what tells them apart, where MACs do not. */
export function tellApart(interfaces: readonly InterfaceDefinition[]): readonly InterfaceDefinition[] {
  return tellApartInBoth({ config: interfaces }).config ?? interfaces;
}

/**
 * The same for a domain that has two definitions: an interface is called the same in both. It has a PCI address in
 * both, and an alias when somebody has given it one (`ua-…`); its tap's name often when it runs only. What none of that
 * tells apart is taken in its order.
 */
export function tellApartInBoth({ live, config }: Defined): Defined {
  const shared = new Set([...sharedMacs(live), ...sharedMacs(config)]);
  if (shared.size === 0) return { ...(live && { live }), ...(config && { config }) };
  const ids = new Map<InterfaceDefinition, string>();
  for (const mac of shared) {
    const having = (all: readonly InterfaceDefinition[] = []) => all.filter(one => one.mac === mac);
    for (const [nic, id] of idsOf(having(live), having(config))) ids.set(nic, id);
  }
  const told = (all: readonly InterfaceDefinition[]) => all.map(nic => withId(nic, ids.get(nic)));
  return { ...(live && { live: told(live) }), ...(config && { config: told(config) }) };
}

function sharedMacs(interfaces: readonly InterfaceDefinition[] = []): readonly string[] {
  if (interfaces.length < 2) return [];
  const seen = new Set<string>();
  return interfaces.flatMap(({ mac }) => (seen.size === seen.add(mac).size ? [mac] : []));
}

function withId(nic: InterfaceDefinition, id: string | undefined): InterfaceDefinition {
  const { id: _, ...rest } = nic;
  return id === undefined ? rest : { ...rest, id };
}

type Key = 'alias' | 'dev' | 'address';

/** By which an interface of one definition is found in the other. */
const matching: readonly Key[] = ['alias', 'address', 'dev'];

/** What it is called by, what people know best first. */
const naming: readonly Key[] = ['alias', 'dev', 'address'];

/** One interface as the definitions have it, one or both. */
interface Pair {
  readonly live?: InterfaceDefinition;
  readonly config?: InterfaceDefinition;
}

function idsOf(
  live: readonly InterfaceDefinition[],
  config: readonly InterfaceDefinition[],
): readonly (readonly [InterfaceDefinition, string])[] {
  const taken = new Set<string>();
  return pairsOf(live, config).flatMap(pair => {
    const both = [pair.live, pair.config].filter(one => one !== undefined);
    const at =
      pair.config === undefined ? live.indexOf(both[0] as InterfaceDefinition) : config.indexOf(pair.config);
    const names = naming.flatMap(key => commonName(both, key));
    const last = pair.config === undefined && config.length > 0 ? `live${ordinal(at)}` : ordinal(at);
    const id = names.find(name => !taken.has(name)) ?? last;
    taken.add(id);
    return both.map(nic => [nic, id] as const);
  });
}

function pairsOf(
  live: readonly InterfaceDefinition[],
  config: readonly InterfaceDefinition[],
): readonly Pair[] {
  const mates = new Map<InterfaceDefinition, InterfaceDefinition>();
  const free = new Set(config);
  const pair = (isMate: (one: InterfaceDefinition, other: InterfaceDefinition) => boolean) => {
    for (const one of live.filter(nic => !mates.has(nic))) {
      const mate = [...free].find(other => isMate(one, other));
      if (mate !== undefined && free.delete(mate)) mates.set(one, mate);
    }
  };
  for (const key of matching) pair((one, other) => one[key] !== undefined && one[key] === other[key]);
  pair((one, other) => !(['alias', 'address'] as const).some(key => contradicts(one[key], other[key])));
  const running = live.map((one): Pair => {
    const mate = mates.get(one);
    return { live: one, ...(mate && { config: mate }) };
  });
  return [...running, ...[...free].map(one => ({ config: one }))];
}

function contradicts(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}

/** A name that each of them has. */
function commonName(both: readonly InterfaceDefinition[], key: Key): readonly string[] {
  const [first] = both;
  const name = first?.[key];
  return name !== undefined && both.every(one => one[key] === name) ? [name] : [];
}

function namesOf({ alias, dev, address }: InterfaceDefinition, at: number): readonly string[] {
  return [alias, dev, address, ordinal(at)].filter(name => name !== undefined);
}

/** `#1`: the first of those that have its MAC. */
function ordinal(at: number): string {
  return `#${at + 1}`;
}
