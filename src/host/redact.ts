import { createHmac } from 'node:crypto';
import { readDomain } from '../domain/read-domain.ts';
import { redactor } from '../domain/redactor.ts';
import { QuotaError } from '../errors.ts';
import type { IoTuneAnswer, Recorded } from './recorded.ts';
import type { RecordedDomain, Recording } from './recording.ts';

/** Words of libvirt, systemd, cgroups and tc: a domain or device of such a name cannot be told from them. */
const words =
  /^(?:[a-z]{0,3}|\d+|cpu\w*|memory|blkio|libvirt\w*|machine\w*|emulator|vcpu\d*|iothread\d*|qemu|system|slice|scope|class|police|filter|ingress|rate|burst|block|file|network|bridge|ethernet|domain|disk|interface)$/i;

/**
 * A recording in which names say nothing: domains, devices, disks, volumes, UUIDs and MAC addresses are hashed, each
 * everywhere the same. Names of flavors stay, so that a catalogue still fits, and all numbers.
 *
 * @param key whoever has it can tell whether a name was this one; nobody when it is thrown away
 * @throws QuotaError `invalid-input` for a name that is also a word which has to stay
 */
export function redactRecording(recording: Recording, key: Buffer): Recording {
  const hash = (text: string) => createHmac('sha256', key).update(text).digest('hex');
  const redact = redactor(namesIn(recording), hash);
  const texts = <T>(recorded: Recorded<T>, inside: (value: T) => T): Recorded<T> => {
    if ('value' in recorded) return { value: inside(recorded.value) };
    return 'error' in recorded ? { error: redact(recorded.error) } : recorded;
  };
  const mapped = <T>(all: ReadonlyMap<string, Recorded<T>>, inside: (value: T) => T) =>
    new Map([...all].map(([name, recorded]) => [redact(name), texts(recorded, inside)]));
  return {
    files: mapped(recording.files, redact),
    folders: mapped(recording.folders, names => names.map(redact)),
    commands: mapped(recording.commands, result => ({
      ...result,
      stdout: redact(result.stdout),
      stderr: redact(result.stderr),
    })),
    info: recording.info.map(info => ({ ...info, uri: info.uri.replace(/:\/\/[^/]*/, '://') })),
    domains: new Map(
      [...recording.domains].map(([uuid, domain]) => [
        redact(uuid),
        redactDomain(domain, redact, recorded => texts(recorded, redact)),
      ]),
    ),
  };
}

function redactDomain(
  { state, xml, ioTune, stats }: RecordedDomain,
  redact: (text: string) => string,
  text: (recorded: Recorded<string>) => Recorded<string>,
): RecordedDomain {
  const answers = <K>(all: ReadonlyMap<K, Recorded<IoTuneAnswer>>) =>
    new Map([...all].map(([key, recorded]) => [key, redactAnswer(recorded, redact)]));
  return {
    state: { ...state, name: redact(state.name), uuid: redact(state.uuid) },
    xml: new Map([...xml].map(([scope, recorded]) => [scope, text(recorded)])),
    ioTune: answers(ioTune),
    stats: answers(stats),
  };
}

function redactAnswer(
  recorded: Recorded<IoTuneAnswer>,
  redact: (text: string) => string,
): Recorded<IoTuneAnswer> {
  if ('error' in recorded) return { error: redact(recorded.error) };
  if (!('value' in recorded)) return recorded;
  const entries = Object.entries(recorded.value);
  const value = entries.map(([name, held]) => [name, typeof held === 'string' ? redact(held) : held]);
  return { value: Object.fromEntries(value) };
}

/** Names by what their hash begins with, so that it can still be told what they were of. */
function namesIn({ domains, commands }: Recording): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const add = (name: string | undefined, prefix: string) => {
    if (name === undefined || name === '' || /^(?:ovs|br-|virbr)/.test(name)) return;
    if (words.test(name)) {
      throw new QuotaError('invalid-input', name, `the name '${name}' is a word that has to stay readable`);
    }
    names.set(name, prefix);
  };
  for (const { state, xml } of domains.values()) {
    add(state.name, 'domain-');
    for (const recorded of xml.values()) {
      if (!('value' in recorded)) continue;
      const { disks, interfaces } = readDomain(recorded.value);
      for (const { source, serial } of disks) {
        add(source, '/disk-');
        add(serial, 'serial-');
      }
      for (const { dev, alias } of interfaces) {
        add(dev, 'tap');
        add(alias, 'ua-');
      }
    }
  }
  for (const dev of devicesIn(commands)) add(dev, 'tap');
  return names;
}

/** Ports of Open vSwitch that are no domain's of ours. */
function devicesIn(commands: Recording['commands']): readonly string[] {
  return [...commands.values()].flatMap(recorded =>
    'value' in recorded
      ? [...recorded.value.stdout.matchAll(/\btap[0-9a-f]{8}-[0-9a-f]{2}\b/g)].map(String)
      : [],
  );
}
