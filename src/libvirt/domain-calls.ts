import { safe } from './connect-calls.ts';
import type { AffectOptions, CallOptions, Domain, DomainInfo, DomainStatus } from './domain.ts';
import { stateName } from './domain-codec.ts';
import { LibvirtError } from './error.ts';
import { affectFlags, filterFlags, metadataKinds, statsMask, xmlFlags } from './flags.ts';
import { domainProcedures } from './procedures/domain.ts';
import type { Rpc } from './rpc.ts';
import type { TypedParameters } from './typed-parameters.ts';

/** Narrows a list of domains; groups are and-ed, members of a group or-ed, as `virsh list`. */
export type DomainFilter = 'active' | 'inactive' | 'persistent' | 'transient';

/** A group of statistics, `virsh domstats --<group>`. */
export type StatsGroup =
  | 'state'
  | 'cpu-total'
  | 'balloon'
  | 'vcpu'
  | 'interface'
  | 'block'
  | 'perf'
  | 'iothread'
  | 'memory'
  | 'dirtyrate';

/** One domain's statistics by libvirt's names (`vcpu.0.time`). */
export interface DomainStats {
  readonly domain: Domain;
  readonly parameters: TypedParameters;
}

export interface GetXmlOptions extends CallOptions {
  /** The persistent definition instead of the current one. */
  readonly inactive?: boolean;
  /** With secrets; refused on a read-only connection. */
  readonly secure?: boolean;
  /** Only what another libvirt can take over. */
  readonly migratable?: boolean;
}

/** Which element of `<metadata>`: an application's by its namespace, or libvirt's two texts. */
export type MetadataKind = 'description' | 'title' | 'element';

export interface MetadataRef {
  readonly kind: MetadataKind;
  /** Namespace URI; only and always for `element`. */
  readonly uri?: string;
}

export interface MetadataChange extends MetadataRef {
  /** Text, or for `element` one XML element without the namespace. Absent removes. */
  readonly value?: string;
  /** Prefix that is put before the namespace; only for `element` with a value. */
  readonly key?: string;
}

/** Calls about one domain or all. All throw LibvirtError; an unknown domain is code 42. */
export interface DomainCalls {
  /** All domains, in no order. */
  listDomains(filter?: readonly DomainFilter[], options?: CallOptions): Promise<readonly Domain[]>;
  lookupByName(name: string, options?: CallOptions): Promise<Domain>;
  /** With or without dashes. */
  lookupByUuid(uuid: string, options?: CallOptions): Promise<Domain>;
  /** Running domains only. */
  lookupById(id: number, options?: CallOptions): Promise<Domain>;
  getXml(domain: Domain, options?: GetXmlOptions): Promise<string>;
  /** Makes or replaces a persistent definition. `validate` checks it against libvirt's schema first. */
  defineXml(xml: string, options?: CallOptions & { readonly validate?: boolean }): Promise<Domain>;
  /** Removes the persistent definition; a running domain becomes transient. */
  undefine(domain: Domain, options?: CallOptions): Promise<void>;
  /** Starts a defined domain; the answer has its id. `paused`: its vCPUs do not run yet. */
  create(domain: Domain, options?: CallOptions & { readonly paused?: boolean }): Promise<Domain>;
  /** Stops a domain at once, as pulling the plug. */
  destroy(domain: Domain, options?: CallOptions): Promise<void>;
  getState(domain: Domain, options?: CallOptions): Promise<DomainStatus>;
  getInfo(domain: Domain, options?: CallOptions): Promise<DomainInfo>;
  isActive(domain: Domain, options?: CallOptions): Promise<boolean>;
  isPersistent(domain: Domain, options?: CallOptions): Promise<boolean>;
  /** Missing metadata is code 80. */
  getMetadata(domain: Domain, metadata: MetadataRef, options?: AffectOptions): Promise<string>;
  setMetadata(domain: Domain, metadata: MetadataChange, options?: AffectOptions): Promise<void>;
  /** No groups: all that the driver has. No domains: all. */
  getAllDomainStats(
    groups?: readonly StatsGroup[],
    options?: CallOptions & { readonly domains?: readonly Domain[] },
  ): Promise<readonly DomainStats[]>;
}

/** {@link DomainCalls} over a line. */
export function domainCalls(rpc: Rpc): DomainCalls {
  return { ...lookupCalls(rpc), ...definitionCalls(rpc), ...stateCalls(rpc), ...metadataCalls(rpc) };
}

type LookupCalls = Pick<DomainCalls, 'listDomains' | 'lookupByName' | 'lookupByUuid' | 'lookupById'>;
type DefinitionCalls = Pick<DomainCalls, 'getXml' | 'defineXml' | 'undefine' | 'create' | 'destroy'>;
type MetadataCalls = Pick<DomainCalls, 'getMetadata' | 'setMetadata'>;
type StateCalls = Omit<DomainCalls, keyof LookupCalls | keyof DefinitionCalls | keyof MetadataCalls>;

function lookupCalls(rpc: Rpc): LookupCalls {
  return {
    async listDomains(filter = [], options) {
      const query = { needResults: 1, flags: filterFlags(filter) };
      const { domains, count } = await rpc.call(domainProcedures.listAll, query, options);
      if (count === domains.length) return domains;
      const message = `the server has ${count} domains and lists ${domains.length}`;
      throw new LibvirtError('protocol', message);
    },
    async lookupByName(name, options) {
      const found = await rpc.call(domainProcedures.lookupByName, name, options);
      return asked(found, found.name === name, `name '${name}'`);
    },
    async lookupByUuid(uuid, options) {
      const found = await rpc.call(domainProcedures.lookupByUuid, uuid, options);
      return asked(found, plainUuid(found.uuid) === plainUuid(uuid), `UUID ${uuid}`);
    },
    async lookupById(id, options) {
      const found = await rpc.call(domainProcedures.lookupById, id, options);
      return asked(found, found.id === id, `id ${id}`);
    },
  };
}

/** What was looked up, and not what somebody would rather have us write to. */
function asked(found: Domain, isAsked: boolean, what: string): Domain {
  if (isAsked) return found;
  const answer = `'${found.name}' (${found.uuid})`;
  throw new LibvirtError(
    'protocol',
    `the server was asked for the domain of ${what}, and answered with ${answer}`,
  );
}

function plainUuid(uuid: string): string {
  return uuid.replaceAll('-', '').toLowerCase();
}

function definitionCalls(rpc: Rpc): DefinitionCalls {
  const { getXml, defineXml, undefine, create, destroy } = domainProcedures;
  return {
    getXml: (domain, options = {}) => rpc.call(getXml, { domain, flags: xmlFlags(options) }, options),
    defineXml: (xml, options = {}) => rpc.call(defineXml, { xml, flags: options.validate ? 1 : 0 }, options),
    undefine: (domain, options) => rpc.call(undefine, { domain, flags: 0 }, options),
    create: (domain, options = {}) => rpc.call(create, { domain, flags: options.paused ? 1 : 0 }, options),
    destroy: (domain, options) => rpc.call(destroy, domain, options),
  };
}

function stateCalls(rpc: Rpc): StateCalls {
  return {
    async getState(domain, options) {
      const { state, reason } = await rpc.call(domainProcedures.getState, { domain, flags: 0 }, options);
      return { state: stateName(state), reason };
    },
    async getInfo(domain, options) {
      const info = await rpc.call(domainProcedures.getInfo, domain, options);
      const { state, maxMemory, memory, vcpus, cpuTime } = info;
      const sizes = { maxMemoryKib: safe(maxMemory), memoryKib: safe(memory) };
      return { state: stateName(state), ...sizes, vcpus, cpuTimeNs: cpuTime };
    },
    isActive: (domain, options) => rpc.call(domainProcedures.isActive, domain, options),
    isPersistent: (domain, options) => rpc.call(domainProcedures.isPersistent, domain, options),
    async getAllDomainStats(groups = [], { domains = [], ...options } = {}) {
      const query = { domains, stats: statsMask(groups), flags: 0 };
      const stats = await rpc.call(domainProcedures.allStats, query, options);
      const uuids = new Set(domains.map(one => one.uuid));
      for (const { domain } of uuids.size === 0 ? [] : stats) {
        asked(domain, uuids.has(domain.uuid), `UUID ${[...uuids].join(', ')}`);
      }
      return stats;
    },
  };
}

function metadataCalls(rpc: Rpc): MetadataCalls {
  return {
    getMetadata(domain, { kind, uri }, options = {}) {
      const flags = affectFlags(options);
      const query = {
        domain,
        type: metadataKinds.indexOf(kind),
        flags,
        ...(uri === undefined ? {} : { uri }),
      };
      return rpc.call(domainProcedures.getMetadata, query, options);
    },
    async setMetadata(domain, { kind, value: metadata, key, uri }, options = {}) {
      const texts = { metadata, key, uri };
      const given = Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined));
      const request = { domain, type: metadataKinds.indexOf(kind), ...given, flags: affectFlags(options) };
      await rpc.call(domainProcedures.setMetadata, request, options);
    },
  };
}
