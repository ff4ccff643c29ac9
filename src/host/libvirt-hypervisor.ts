import {
  type Connection,
  type Domain,
  type DomainStateName,
  isVirError,
  type ParameterType,
  type TypedParameterInput,
  type TypedParameters,
  type TypedParametersInput,
  typedParameters,
  virErrorCode,
} from '../libvirt/index.ts';
import type {
  DomainRef,
  DomainState,
  Hypervisor,
  HypervisorInfo,
  RunState,
  Scope,
} from '../ports/hypervisor.ts';
import { hypervisorIdentity } from './hypervisor-identity.ts';
import { watchDomainEvents } from './libvirt-changes.ts';
import { translating } from './libvirt-errors.ts';
import { type Line, openLine } from './libvirt-line.ts';

/** How to reach a hypervisor. */
export interface OpenOptions {
  /** True for everything that only reads: libvirt then refuses what writes. */
  readonly readOnly: boolean;
  readonly callTimeoutMs?: number;
  readonly signal?: AbortSignal;
  /** How long a lost connection is tried again before a call gives up, in ms; absent: 30 s when it writes, else not. */
  readonly reconnectMs?: number;
}

/** How long a writer tries to get a lost connection back, in ms. */
const RECONNECT_MS = 30_000;

/**
 * Connects to libvirt and offers it as a {@link Hypervisor}. One that writes connects again when the line is lost, so
 * that what was begun can be put back. @throws QuotaError `unreachable`, `refused`.
 */
export async function openHypervisor(uri: string, options: OpenOptions): Promise<Hypervisor> {
  const { reconnectMs = options.readOnly ? 0 : RECONNECT_MS } = options;
  const line = await translating(uri, () => openLine(uri, { ...options, reconnectMs }));
  return hypervisorOn(line, uri);
}

function hypervisorOn(line: Line, uri: string): Hypervisor {
  const live = { live: true } as const;
  const ask = <T>(subject: string, call: (connection: Connection) => Promise<T>) =>
    translating(subject, () => line.use(call));
  // What it is does not change while we talk to it.
  const info = once(() => ask(uri, connection => infoOf(connection, uri)));
  const identity = once(() => ask(uri, hypervisorIdentity));
  return {
    info,
    identity,
    listDomains: () => ask(uri, listDomains),
    lookup: name => ask(name, connection => lookup(connection, name)),
    getXml: (domain, scope) => ask(domain.name, connection => readXml(connection, domain, scope)),
    getLiveIoTune: (domain, target) =>
      ask(`${domain.name} ${target}`, async connection =>
        plain(await connection.getBlockIoTune(domain, target, live)),
      ),
    getDiskStats: domain =>
      ask(domain.name, async connection => {
        const [stats] = await connection.getAllDomainStats(['block'], { domains: [domain] });
        return stats === undefined ? {} : plain(stats.parameters);
      }),
    setSchedulerParameters: (domain, parameters) =>
      ask(domain.name, connection =>
        connection.setSchedulerParameters(domain, schedulerInput(parameters), live),
      ),
    setBlockIoTune: (domain, target, parameters) =>
      ask(`${domain.name} ${target}`, connection =>
        connection.setBlockIoTune(domain, target, mixedParameters('ullong', parameters), live),
      ),
    setMemoryParameters: (domain, parameters) =>
      ask(`${domain.name} memory`, connection =>
        connection.setMemoryParameters(domain, typedParameters('ullong', parameters), live),
      ),
    setBlkioParameters: (domain, parameters) =>
      ask(`${domain.name} blkio`, connection =>
        connection.setBlkioParameters(domain, mixedParameters('uint', parameters), live),
      ),
    setInterfaceParameters: (domain, macOrDev, parameters) =>
      ask(`${domain.name} ${macOrDev}`, connection =>
        connection.setInterfaceParameters(domain, macOrDev, typedParameters('uint', parameters), live),
      ),
    setMetadata: (domain, scope, { uri: namespace, prefix, element }) =>
      ask(domain.name, connection =>
        connection.setMetadata(
          domain,
          {
            kind: 'element',
            uri: namespace,
            ...(element !== undefined && { value: element, key: prefix }),
          },
          { [scope]: true },
        ),
      ),
    getDefinableXml: domain =>
      ask(domain.name, connection => connection.getXml(domain, { inactive: true, secure: true })),
    defineXml: async xml => {
      await ask('the persistent definition', connection => connection.defineXml(xml));
    },
    watch: tell => ask(uri, connection => watchDomainEvents(connection, tell)),
    close: () => line.close(),
  };
}

/** Asks until there is an answer, and not again. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= ask().catch(error => {
      answer = undefined;
      throw error;
    });
    return answer;
  };
}

async function infoOf(connection: Connection, uri: string): Promise<HypervisorInfo> {
  const [driver, libvirtVersion] = await Promise.all([connection.type(), connection.libVersion()]);
  return { driver, uri, libvirtVersion };
}

async function listDomains(connection: Connection): Promise<readonly DomainRef[]> {
  const domains = await connection.listDomains();
  return [...domains].sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** In virsh's order: a number is an id first, then UUID, then name. */
async function lookup(connection: Connection, wanted: string): Promise<DomainState> {
  const domain =
    (/^\d{1,9}$/.test(wanted) ? await unlessUnknown(connection.lookupById(Number(wanted))) : undefined) ??
    (isUuid(wanted) ? await unlessUnknown(connection.lookupByUuid(wanted)) : undefined) ??
    (await connection.lookupByName(wanted));
  const [{ state }, persistent] = await Promise.all([
    connection.getState(domain),
    connection.isPersistent(domain),
  ]);
  // libvirt gives an id to what is active, and to nothing else.
  return { ...domain, active: domain.id !== undefined, persistent, runState: runStateOf[state] };
}

const runStateOf: Readonly<Record<DomainStateName, RunState>> = {
  nostate: 'no state',
  unknown: 'no state',
  running: 'running',
  blocked: 'idle',
  paused: 'paused',
  shutdown: 'in shutdown',
  shutoff: 'shut off',
  crashed: 'crashed',
  pmsuspended: 'pmsuspended',
};

async function unlessUnknown(found: Promise<Domain>): Promise<Domain | undefined> {
  try {
    return await found;
  } catch (error) {
    if (isVirError(error, virErrorCode.noDomain)) return undefined;
    throw error;
  }
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i.test(text);
}

function readXml(connection: Connection, domain: DomainRef, scope: Scope): Promise<string> {
  return connection.getXml(domain, { inactive: scope === 'config' });
}

/** Beyond 2^53 the nearest number: no limit that can be asked for is equal to it, and a counter may be that far. */
function plain(parameters: TypedParameters): Readonly<Record<string, number | string>> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => [
      name,
      parameter.type === 'string' ? parameter.value : Number(parameter.value),
    ]),
  );
}

/** Quotas are signed (−1 lifts the limit), everything else is not. */
function schedulerInput(parameters: Readonly<Record<string, number | undefined>>) {
  const typed = Object.entries(parameters).map(([name, value]) => {
    const type: ParameterType = name.endsWith('_quota') ? 'llong' : 'ullong';
    return typedParameters(type, { [name]: value });
  });
  return Object.assign({}, ...typed);
}

/** Texts as strings, numbers as one type. */
function mixedParameters(
  type: 'uint' | 'ullong',
  values: Readonly<Record<string, number | string | undefined>>,
): TypedParametersInput {
  const typed = Object.entries(values).flatMap(([name, value]): [string, TypedParameterInput][] => {
    if (value === undefined) return [];
    return [[name, typeof value === 'string' ? { type: 'string', value } : { type, value }]];
  });
  return Object.fromEntries(typed);
}
