import { createHmac } from 'node:crypto';
import { redactAnswer, redactCommand } from '../redact/command.ts';
import {
  redactDiskSource,
  redactDiskTarget,
  redactDomainXml,
  redactThrottleGroup,
} from '../redact/domain-xml.ts';
import { redactFile } from '../redact/file.ts';
import { redactMessage } from '../redact/message.ts';
import { redactPath } from '../redact/path.ts';
import { type Pseudonyms, pseudonyms } from '../redact/pseudonyms.ts';
import type { IoTuneAnswer, Recorded, RecordedDomain, Recording } from './recorded.ts';

/**
 * A recording in which names say nothing. What stays is a list of what is the same on every host: words of libvirt, tc,
 * Open vSwitch, systemd and the kernel, each where it has that meaning, numbers, and names of flavors, so that a
 * catalogue still fits. All else is hashed, the same everywhere the same, so that it is judged as before.
 *
 * @param key whoever has it can tell whether a name was this one; nobody when it is thrown away
 */
export function redactRecording(
  { files, folders, commands, info, domains }: Recording,
  key: Buffer,
): Recording {
  const hash = remembering(text => createHmac('sha256', key).update(text).digest('hex'));
  const names = pseudonyms(
    hash,
    [...domains.values()].map(({ state }) => state.name),
  );
  return {
    files: mapped(files, (path, recorded) => [
      redactPath(path, names),
      redacted(recorded, names, text => redactFile(path, text, names)),
    ]),
    folders: mapped(folders, (path, recorded) => [
      redactPath(path, names),
      redacted(recorded, names, list => list.map(name => nameIn(path, name, names))),
    ]),
    commands: mapped(commands, (line, recorded) => {
      const argv: readonly string[] = JSON.parse(line);
      const result = redacted(recorded, names, answer => redactAnswer(argv, answer, names));
      return [JSON.stringify(redactCommand(argv, names)), result];
    }),
    info: info.map(({ driver, uri, libvirtVersion }) => ({
      driver: /^[A-Za-z]{1,16}$/.test(driver) ? driver : names.word(driver),
      uri: driverUri(uri),
      libvirtVersion,
    })),
    domains: mapped(domains, (uuid, domain) => [names.uuid(uuid), redactDomain(domain, names)]),
  };
}

/** Of a large host the same few thousand names are asked for again and again. */
function remembering(hash: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>();
  return text => {
    const found = known.get(text) ?? hash(text);
    known.set(text, found);
    return found;
  };
}

function mapped<K, T>(all: ReadonlyMap<K, T>, change: (key: K, value: T) => readonly [K, T]): Map<K, T> {
  return new Map([...all].map(([key, value]) => change(key, value)));
}

function redacted<T>(recorded: Recorded<T>, names: Pseudonyms, inside: (value: T) => T): Recorded<T> {
  if ('value' in recorded) return { value: inside(recorded.value) };
  return 'error' in recorded ? { error: redactMessage(recorded.error, names) } : { absent: true };
}

/** What a file or folder is called in a folder. */
function nameIn(folder: string, name: string, names: Pseudonyms): string {
  const path = redactPath(`${folder === '/' ? '' : folder}/${name}`, names);
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The driver and what it is asked for: neither a host nor what a client was told. */
function driverUri(uri: string): string {
  const [, driver = '', path = ''] =
    /^(\w{1,16})(?:\+\w{1,16})?:\/\/[^/]*(\/(?:system|session|default|embed)?)?/.exec(uri) ?? [];
  return driver === '' ? '' : `${driver}://${path}`;
}

function redactDomain({ state, xml, ioTune, stats }: RecordedDomain, names: Pseudonyms): RecordedDomain {
  const answers = <K>(recorded: Recorded<IoTuneAnswer>, key: K) =>
    [key, redacted(recorded, names, answer => redactAnswerOf(answer, names))] as const;
  return {
    state: { ...state, name: names.domain(state.name), uuid: names.uuid(state.uuid) },
    xml: mapped(xml, (scope, recorded) => [
      scope,
      redacted(recorded, names, text => redactDomainXml(text, names)),
    ]),
    ioTune: mapped(ioTune, (target, recorded) => answers(recorded, redactDiskTarget(target, names))),
    stats: mapped(stats, (group, recorded) => answers(recorded, group)),
  };
}

/** What libvirt says of a disk's throttle, and of what disks have counted. */
const answerKey =
  /^(?:(?:total|read|write)_(?:bytes|iops)_sec(?:_max(?:_length)?)?|size_iops_sec|group_name|block\.(?:count|\d{1,6}\.(?:name|path|backingIndex|(?:rd|wr|fl)\.(?:reqs|bytes|times)|errors|allocation|capacity|physical|threshold)))$/;

/** Texts are names; of what they are the key tells. */
function redactAnswerOf(answer: IoTuneAnswer, names: Pseudonyms): IoTuneAnswer {
  const entries = Object.entries(answer).map(([key, held]) => [
    answerKey.test(key) ? key : names.word(key),
    typeof held === 'number' ? held : redactHeld(key, held, names),
  ]);
  return Object.fromEntries(entries);
}

function redactHeld(key: string, held: string, names: Pseudonyms): string {
  if (/\.name$/.test(key)) return redactDiskTarget(held, names);
  if (/\.path$/.test(key)) return redactDiskSource(held, names);
  return key === 'group_name' ? redactThrottleGroup(held, names) : names.word(held);
}
