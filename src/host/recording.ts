import { join } from 'node:path';
import { z } from 'zod';
import { capturableXml } from '../domain/capturable.ts';
import { QuotaError } from '../errors.ts';
import { type CommandResult, HostReadError, type HostReader } from '../ports/host.ts';
import type { DomainState, HypervisorInfo, HypervisorReader, Scope } from '../ports/hypervisor.ts';
import { makeEmptyFolder, readJson, writeJson } from './capture-files.ts';
import { loadHost, saveHost } from './capture-host.ts';
import { loadLibvirt, saveLibvirt } from './capture-libvirt.ts';
import { olderOvsCommand, ovsCommand } from './ovs.ts';

/** Grows when a folder means something else than before. */
const FORMAT_VERSION = 1;

/** What a read gave. `absent`: no such file or folder. `error`: why it could not be read. */
export type Recorded<T> = { readonly value: T } | { readonly absent: true } | { readonly error: string };

/** Numbers and names of a disk's throttle by parameter. */
export type IoTuneAnswer = Readonly<Record<string, number | string>>;

/** What libvirt told of one domain. */
export interface RecordedDomain {
  readonly state: DomainState;
  readonly xml: Map<Scope, Recorded<string>>;
  /** By disk target. */
  readonly ioTune: Map<string, Recorded<IoTuneAnswer>>;
}

/** All that was read of a hypervisor, and nothing else. Grows while it is recorded to. */
export interface Recording {
  /** By path. */
  readonly files: Map<string, Recorded<string>>;
  readonly folders: Map<string, Recorded<readonly string[]>>;
  /** By argv as JSON. */
  readonly commands: Map<string, Recorded<CommandResult>>;
  /** At most one. */
  readonly info: HypervisorInfo[];
  /** By UUID. */
  readonly domains: Map<string, RecordedDomain>;
}

/** A recording of nothing yet. */
export function emptyRecording(): Recording {
  return { files: new Map(), folders: new Map(), commands: new Map(), info: [], domains: new Map() };
}

/** The same host, with everything that it answers written down. */
export function recordHost(inner: HostReader, recording: Recording): HostReader {
  return {
    readFile: path =>
      noting(
        recording.files,
        path,
        () => inner.readFile(path),
        text => fileToKeep(path, text),
      ),
    listFolder: path => noting(recording.folders, path, () => inner.listFolder(path)),
    run: async argv => {
      const result = await noting(recording.commands, JSON.stringify(argv), () => inner.run(argv));
      return result ?? { exitCode: 127, stdout: '', stderr: '' };
    },
  };
}

/** The same hypervisor, with everything that it answers written down. Secrets are never asked for. */
export function recordHypervisor(inner: HypervisorReader, recording: Recording): HypervisorReader {
  const domainOf = (uuid: string) => recording.domains.get(uuid);
  return {
    info: async () => {
      const info = await inner.info();
      recording.info.splice(0, 1, info);
      return info;
    },
    listDomains: () => inner.listDomains(),
    lookup: async wanted => {
      const state = await inner.lookup(wanted);
      const known = domainOf(state.uuid);
      recording.domains.set(state.uuid, {
        state,
        xml: known?.xml ?? new Map(),
        ioTune: known?.ioTune ?? new Map(),
      });
      return state;
    },
    getXml: async (domain, scope) => {
      const xml = await noting(
        domainOf(domain.uuid)?.xml,
        scope,
        () => inner.getXml(domain, scope),
        capturableXml,
      );
      return xml ?? '';
    },
    getLiveIoTune: async (domain, target) => {
      const answer = await noting(domainOf(domain.uuid)?.ioTune, target, () =>
        inner.getLiveIoTune(domain, target),
      );
      return answer ?? {};
    },
  };
}

/** The recording as a folder that people can read: `files/` as on the host, `commands.json`, `libvirt/`. */
export async function saveRecording(recording: Recording, folder: string): Promise<void> {
  await makeEmptyFolder(folder);
  await writeJson(join(folder, 'meta.json'), { formatVersion: FORMAT_VERSION });
  await saveHost(recording, folder);
  await saveLibvirt(recording, join(folder, 'libvirt'));
}

/**
 * A recording from its folder. Links are refused, and so is what is too large to be one.
 * @throws QuotaError `invalid-input`
 */
export async function loadRecording(folder: string): Promise<Recording> {
  const meta = await readJson(join(folder, 'meta.json'), z.object({ formatVersion: z.number() }));
  if (meta.formatVersion !== FORMAT_VERSION) {
    const message = `'${folder}' has format ${meta.formatVersion} of captures; this version reads ${FORMAT_VERSION}`;
    throw new QuotaError('invalid-input', folder, message);
  }
  const recording = emptyRecording();
  await loadHost(recording, folder);
  await loadLibvirt(recording, join(folder, 'libvirt'));
  return recording;
}

/** Of the mounted file systems only cgroups are looked for; the others are nobody's business. */
function fileToKeep(path: string, text: string): string {
  if (path !== '/proc/self/mounts') return text;
  return text.replace(/^(?!\S+ \S+ cgroup2? ).*\n?/gm, '');
}

/** Reads and writes down what came of it, also when that is an error that a report would show. */
async function noting<K, T>(
  notes: Map<K, Recorded<T>> | undefined,
  key: K,
  read: () => Promise<T | undefined>,
  keep: (value: T) => T = value => value,
): Promise<T | undefined> {
  try {
    const value = await read();
    notes?.set(key, value === undefined ? { absent: true } : { value: keep(value) });
    return value;
  } catch (error) {
    const isAnswer = error instanceof HostReadError || error instanceof QuotaError;
    if (isAnswer) notes?.set(key, { error: error.message });
    throw error;
  }
}

/** What older captures have instead of a command. */
const olderForms: ReadonlyMap<string, string> = new Map([
  [JSON.stringify(ovsCommand), JSON.stringify(olderOvsCommand)],
]);

/** A host that answers from a recording. What was not recorded cannot be read. */
export function capturedHost(recording: Recording): HostReader {
  return {
    readFile: async path => replayed(recording.files.get(path), path),
    listFolder: async path => replayed(recording.folders.get(path), path),
    run: async argv => {
      const line = argv.join(' ');
      const key = JSON.stringify(argv);
      const recorded = recording.commands.get(key) ?? recording.commands.get(olderForms.get(key) ?? '');
      const result = replayed(recorded, line);
      if (result === undefined) throw new HostReadError(`'${line}': not in the capture`);
      return result;
    },
  };
}

/** A hypervisor that answers from a recording. @throws QuotaError `not-found` for what was not recorded */
export function capturedHypervisor(recording: Recording): HypervisorReader {
  return {
    info: async () => recording.info[0] ?? missing("libvirt's version"),
    listDomains: async () => [...recording.domains.values()].map(domain => domain.state),
    lookup: async wanted => findState(recording, wanted) ?? missing(`domain '${wanted}'`),
    getXml: async (domain, scope) =>
      answered(recording.domains.get(domain.uuid)?.xml.get(scope), `${scope} definition of '${domain.name}'`),
    getLiveIoTune: async (domain, target) =>
      answered(recording.domains.get(domain.uuid)?.ioTune.get(target), `throttle of '${target}'`),
  };
}

/** In virsh's order: id, UUID, name. */
function findState(recording: Recording, wanted: string): DomainState | undefined {
  const states = [...recording.domains.values()].map(domain => domain.state);
  return (
    states.find(one => String(one.id) === wanted) ??
    states.find(one => one.uuid === wanted.toLowerCase()) ??
    states.find(one => one.name === wanted)
  );
}

function replayed<T>(recorded: Recorded<T> | undefined, what: string): T | undefined {
  if (recorded === undefined) throw new HostReadError(`'${what}': not in the capture`);
  if ('error' in recorded) throw new HostReadError(recorded.error);
  return 'value' in recorded ? recorded.value : undefined;
}

function answered<T>(recorded: Recorded<T> | undefined, what: string): T {
  if (recorded !== undefined && 'error' in recorded) throw new QuotaError('refused', what, recorded.error);
  return recorded !== undefined && 'value' in recorded ? recorded.value : missing(what);
}

function missing(what: string): never {
  throw new QuotaError('not-found', what, `${what}: not in the capture`);
}
