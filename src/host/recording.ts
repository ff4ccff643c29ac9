import { z } from 'zod';
import { capturableXml } from '../domain/capturable.ts';
import { plainUri, withoutSecretEntries, withoutSecrets } from '../domain/secrets.ts';
import { QuotaError } from '../errors.ts';
import { stripThreadStat } from '../observed/thread-stat.ts';
import { type CommandResult, HostReadError, type HostReader } from '../ports/host.ts';
import type { HypervisorReader } from '../ports/hypervisor.ts';
import { resourceLines } from '../redact/unit-property.ts';
import { readRequired } from './capture-files.ts';
import { writeFolder } from './capture-folder.ts';
import { hostParts, readHost } from './capture-host.ts';
import { libvirtParts, readLibvirt } from './capture-libvirt.ts';
import { type CapturePart, jsonPart } from './capture-part.ts';
import { type CaptureSource, folderSource } from './capture-source.ts';
import type { IoTuneAnswer, Recorded, RecordedLibvirt, RecordedSource, Recording } from './recorded.ts';

/** Grows when a folder means something else than before. */
const FORMAT_VERSION = 3;
/** Older ones that are read. */
const OLDER_VERSIONS = [1, 2];

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
      const result = await noting(
        recording.commands,
        JSON.stringify(argv),
        () => inner.run(argv),
        answerToKeep,
      );
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
      recording.info.splice(0, 1, { ...info, uri: plainUri(info.uri) });
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
        stats: known?.stats ?? new Map(),
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
      const answer = await noting(
        domainOf(domain.uuid)?.ioTune,
        target,
        () => inner.getLiveIoTune(domain, target),
        numbersToKeep,
      );
      return answer ?? {};
    },
    getDiskStats: async domain =>
      (await noting(
        domainOf(domain.uuid)?.stats,
        'block',
        () => inner.getDiskStats(domain),
        numbersToKeep,
      )) ?? {},
  };
}

/** The files of a capture. @throws QuotaError `internal`, while they are taken, for what cannot be one of them */
export function* captureParts(recording: Recording): Generator<CapturePart> {
  yield jsonPart('meta.json', { formatVersion: FORMAT_VERSION });
  yield* hostParts(recording);
  yield* libvirtParts(recording);
}

/** The recording as a folder that people can read: `files/` as on the host, `commands/`, `libvirt/`. */
export async function saveRecording(recording: Recording, folder: string): Promise<void> {
  await writeFolder(captureParts(recording), folder);
}

/**
 * A capture that was saved. What is in it is read when it is asked for, so that its size does not matter. Links are
 * refused, and so is what is too large to be a part of one.
 *
 * @throws QuotaError `invalid-input`
 */
export async function loadRecording(folder: string): Promise<RecordedSource> {
  return captureIn(folderSource(folder));
}

/** Of a capture that was saved only what libvirt told. @throws QuotaError `invalid-input` */
export function libvirtIn(source: CaptureSource): RecordedLibvirt {
  return readLibvirt(source, versionOf(source));
}

/** The same wherever its parts are. @throws QuotaError `invalid-input` */
export function captureIn(source: CaptureSource): RecordedSource {
  const version = versionOf(source);
  return { ...readHost(source, version), ...readLibvirt(source, version) };
}

function versionOf(source: CaptureSource): number {
  const { formatVersion } = readRequired(source, 'meta.json', z.object({ formatVersion: z.number() }));
  if (formatVersion !== FORMAT_VERSION && !OLDER_VERSIONS.includes(formatVersion)) {
    const message = `'${source.name}' has format ${formatVersion} of captures; this version reads 1 to ${FORMAT_VERSION}`;
    throw new QuotaError('invalid-input', source.name, message);
  }
  return formatVersion;
}

/** A recording, to be looked up as a capture is. */
export function recordedIn(recording: Recording): RecordedSource {
  return {
    file: async path => recording.files.get(path),
    folder: async path => recording.folders.get(path),
    command: async argv => recording.commands.get(JSON.stringify(argv)),
    info: async () => recording.info[0],
    state: async uuid => recording.domains.get(uuid)?.state,
    states: async () => [...recording.domains.values()].map(domain => domain.state),
    xml: async (uuid, scope) => recording.domains.get(uuid)?.xml.get(scope),
    ioTune: async (uuid, target) => recording.domains.get(uuid)?.ioTune.get(target),
    diskStats: async uuid => recording.domains.get(uuid)?.stats.get('block'),
  };
}

/**
 * Of the mounted file systems only cgroups are looked for, of threads names and policies, of devices their links, of units
 * their resources; the rest is nobody's business.
 */
function fileToKeep(path: string, text: string): string {
  if (/^\/proc\/\d+\/task\/\d+\/stat$/.test(path)) return stripThreadStat(text);
  if (path.startsWith('/run/udev/data/')) return text.replace(/^(?!S:).*\n?/gm, '');
  if (path.endsWith('.conf')) return resourceLines(text);
  if (path !== '/proc/self/mounts') return text;
  return text.replace(/^(?!\S+ \S+ cgroup2? ).*\n?/gm, '');
}

function answerToKeep({ exitCode, stdout, stderr }: CommandResult): CommandResult {
  return { exitCode, stdout: withoutSecretEntries(stdout), stderr: withoutSecrets(stderr) };
}

function numbersToKeep(answer: IoTuneAnswer): IoTuneAnswer {
  const entries = Object.entries(answer);
  return Object.fromEntries(
    entries.map(([name, held]) => [name, typeof held === 'string' ? withoutSecrets(held) : held]),
  );
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
    if (isAnswer) notes?.set(key, { error: withoutSecrets(error.message) });
    throw error;
  }
}
