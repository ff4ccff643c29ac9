import type { DomainDefinition } from '../domain/definition.ts';
import { tellApartInBoth } from '../domain/interface-identity.ts';
import { readDomain } from '../domain/read-domain.ts';
import { QuotaError } from '../errors.ts';
import type { DomainState, HypervisorInfo, Scope } from '../ports/hypervisor.ts';
import type { ReadSurroundings } from './surroundings.ts';

/** A domain as libvirt defines it at one moment. */
export interface DomainView {
  readonly info: HypervisorInfo;
  readonly state: DomainState;
  /** Absent when the domain is not running. */
  readonly live?: DomainDefinition;
  /** Absent when the domain is transient. */
  readonly config?: DomainDefinition;
}

/** Looks a domain up and reads its definitions. @throws QuotaError `not-found`, `unreachable`, `refused`. */
export async function lookAt(surroundings: ReadSurroundings, nameUuidOrId: string): Promise<DomainView> {
  const { hypervisor } = surroundings;
  const [info, state] = await Promise.all([hypervisor.info(), hypervisor.lookup(nameUuidOrId)]);
  const read = async (scope: Scope, isThere: boolean) =>
    isThere ? definitionOf(state, readDomain(await hypervisor.getXml(state, scope))) : undefined;
  const [live, config] = await Promise.all([read('live', state.active), read('config', state.persistent)]);
  return { info, state, ...named({ ...(live && { live }), ...(config && { config }) }) };
}

/** @throws QuotaError `refused` when it is another domain's: nothing of it may be taken for this one's */
function definitionOf({ name, uuid }: DomainState, definition: DomainDefinition): DomainDefinition {
  if (definition.uuid === uuid.toLowerCase() && definition.name === name) return definition;
  const answer = `'${definition.name}' (${definition.uuid})`;
  throw new QuotaError(
    'refused',
    name,
    `libvirt was asked for the definition of '${name}' (${uuid}), and answered with that of ${answer}`,
  );
}

/** Both definitions, each interface called the same in both. */
function named(read: Pick<DomainView, 'live' | 'config'>): Pick<DomainView, 'live' | 'config'> {
  const { live, config } = read;
  if (live === undefined || config === undefined) return read;
  const told = tellApartInBoth({ live: live.interfaces, config: config.interfaces });
  const withInterfaces = (
    definition: DomainDefinition,
    interfaces: DomainDefinition['interfaces'] | undefined,
  ) =>
    interfaces === undefined || interfaces === definition.interfaces
      ? definition
      : { ...definition, interfaces };
  return { live: withInterfaces(live, told.live), config: withInterfaces(config, told.config) };
}

/**
 * The definitions that a command is about, as virsh means its flags: none = `--current` = the running domain if it
 * runs, else the persistent definition.
 *
 * @throws QuotaError `refused` when the domain does not have the one asked for.
 */
export function chooseScopes(view: DomainView, asked: readonly Scope[]): readonly Scope[] {
  const { state } = view;
  if (asked.length === 0) return [state.active ? 'live' : 'config'];
  if (asked.includes('live') && !state.active) {
    throw new QuotaError(
      'refused',
      state.name,
      `domain '${state.name}' is not running: it has no live definition`,
    );
  }
  if (asked.includes('config') && !state.persistent) {
    throw new QuotaError(
      'refused',
      state.name,
      `domain '${state.name}' is transient: it has no persistent definition`,
    );
  }
  return asked;
}
