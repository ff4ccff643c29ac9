import type { AffectOptions, CallOptions, Domain, DomainInfo, DomainStatus } from './domain.ts';
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
  /** Starts a defined domain; the answer has its id. */
  create(domain: Domain, options?: CallOptions): Promise<Domain>;
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
