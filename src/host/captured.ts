import { QuotaError } from '../errors.ts';
import { type CommandResult, HostReadError, type HostReader } from '../ports/host.ts';
import type { DomainState, HypervisorInfo, HypervisorReader } from '../ports/hypervisor.ts';
import { NOT_CAPTURED } from '../verify/reading.ts';
import { olderOvsCommands, ovsCommand } from './ovs.ts';
import type { Recorded, RecordedLibvirt, RecordedSource } from './recorded.ts';

/** As libvirt takes it; nothing that is an id looks like that. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A host that answers from what was recorded. What was not cannot be read. */
export function capturedHost(source: RecordedSource): HostReader {
  return {
    readFile: async path => replayed(await source.file(path), path),
    listFolder: async path => replayed(await source.folder(path), path),
    run: async argv => {
      const line = argv.join(' ');
      const result = replayed(await commandIn(source, argv), line);
      if (result === undefined) throw new HostReadError(`'${line}': ${NOT_CAPTURED}`);
      return result;
    },
  };
}

/** A hypervisor that answers from what was recorded. @throws QuotaError `not-found` for what was not */
export function capturedHypervisor(source: RecordedLibvirt): HypervisorReader {
  let states: Promise<readonly DomainState[]> | undefined;
  let index: Promise<StateIndex> | undefined;
  let info: Promise<HypervisorInfo | undefined> | undefined;
  const allStates = () => {
    states ??= source.states();
    return states;
  };
  return {
    info: async () => {
      info ??= source.info();
      return (await info) ?? missing("libvirt's version");
    },
    listDomains: allStates,
    lookup: async wanted => {
      const direct = UUID.test(wanted) ? await source.state(wanted.toLowerCase()) : undefined;
      if (direct !== undefined) return direct;
      index ??= allStates().then(indexOf);
      return findState(await index, wanted) ?? missing(`domain '${wanted}'`);
    },
    getXml: async (domain, scope) => {
      const xml = await source.xml(domain.uuid, scope);
      const what = `${scope} definition of '${domain.name}'`;
      return xml === undefined ? missing(what, 'refused') : answered(xml, what);
    },
    getLiveIoTune: async (domain, target) =>
      answered(await source.ioTune(domain.uuid, target), `throttle of '${target}'`),
    getDiskStats: async domain =>
      answered(await source.diskStats(domain.uuid), `disk statistics of '${domain.name}'`),
  };
}

/** Older captures have another form of a command. */
async function commandIn(
  source: RecordedSource,
  argv: readonly string[],
): Promise<Recorded<CommandResult> | undefined> {
  const found = await source.command(argv);
  if (found !== undefined || argv.join('\0') !== ovsCommand.join('\0')) return found;
  for (const older of olderOvsCommands) {
    const said = await source.command(older);
    if (said !== undefined) return said;
  }
  return undefined;
}

/** Domains by their ids, UUIDs and names; of several with one name or id the first. */
interface StateIndex {
  readonly ids: ReadonlyMap<string, DomainState>;
  readonly uuids: ReadonlyMap<string, DomainState>;
  readonly names: ReadonlyMap<string, DomainState>;
}

function indexOf(states: readonly DomainState[]): StateIndex {
  const last = [...states].reverse();
  return {
    ids: new Map(last.flatMap(state => (state.id === undefined ? [] : [[String(state.id), state] as const]))),
    uuids: new Map(last.map(state => [state.uuid, state])),
    names: new Map(last.map(state => [state.name, state])),
  };
}

/** In virsh's order. */
function findState({ ids, uuids, names }: StateIndex, wanted: string): DomainState | undefined {
  return ids.get(wanted) ?? uuids.get(wanted.toLowerCase()) ?? names.get(wanted);
}

function replayed<T>(recorded: Recorded<T> | undefined, what: string): T | undefined {
  if (recorded === undefined) throw new HostReadError(`'${what}': ${NOT_CAPTURED}`);
  if ('error' in recorded) throw new HostReadError(recorded.error);
  return 'value' in recorded ? recorded.value : undefined;
}

function answered<T>(recorded: Recorded<T> | undefined, what: string): T {
  if (recorded !== undefined && 'error' in recorded) throw new QuotaError('refused', what, recorded.error);
  return recorded !== undefined && 'value' in recorded ? recorded.value : missing(what);
}

/** @param code of a definition `refused`: the domain itself is there */
function missing(what: string, code: 'not-found' | 'refused' = 'not-found'): never {
  throw new QuotaError(code, what, `${what}: ${NOT_CAPTURED}`);
}
