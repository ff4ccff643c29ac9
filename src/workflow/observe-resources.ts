import { readDeviceNumber } from '../host/block-device.ts';
import type { CgroupFile } from '../host/cgroup-file.ts';
import type { CgroupResources } from '../host/cgroup-resources.ts';
import {
  deviceLine,
  devicesWithLines,
  parseCount,
  parseIoMax,
  parseIoWeight,
  parseMemoryLimit,
} from '../observed/cgroup-knob.ts';
import type { HostReader } from '../ports/host.ts';
import type { Knob, KnobValues } from '../verify/expectation.ts';
import type { HostFacts } from '../verify/host-facts.ts';
import type { Reading } from '../verify/reading.ts';
import { look, unseen } from './unseen.ts';

/** Nothing is limited where a file has no line for the device. */
const noThrottle = { rbps: 'max', wbps: 'max', riops: 'max', wiops: 'max' } as const;

/** What was read. */
export interface ResourceObservation {
  readonly readings: readonly Reading[];
  /** Those paths that are no block devices of the host. */
  readonly missing: ReadonlySet<string>;
  /** Of devices besides those that were asked for: what their lines are called, `libvirt io.max 8:0`. */
  readonly others: readonly string[];
}

/**
 * What a domain's memory and block I/O files say. Files with a line per device become a reading for each of some
 * paths.
 *
 * @param paths block devices of the host that something limits, or shall limit
 */
export async function observeResources(
  host: HostReader,
  { resources }: CgroupResources,
  paths: readonly string[],
): Promise<ResourceObservation> {
  const missing = new Set<string>();
  const known = new Set<string>();
  const whole = resources.filter(file => !isPerDevice(file.knob)).map(wholeReading);
  const perDevice: Reading[] = [];
  for (const path of paths) {
    const seen = await look(() => readDeviceNumber(host, path));
    if ('found' in seen && seen.found === undefined) missing.add(path);
    const number =
      'found' in seen && seen.found !== undefined
        ? { found: seen.found }
        : { why: 'why' in seen ? seen.why : `'${path}' is no block device of this host` };
    if ('found' in number) known.add(number.found);
    const files = resources.filter(
      ({ subject, knob }) => (isPerDevice(knob) && subject === 'libvirt') || /weight(?:_device)?$/.test(knob),
    );
    perDevice.push(...files.map(file => deviceReading(file, path, number)));
  }
  const others = resources.filter(({ knob }) => isThrottle(knob)).flatMap(file => otherReadings(file, known));
  return {
    readings: [...whole, ...perDevice, ...others],
    missing,
    others: others.map(({ subject, knob }) => `${subject} ${knob}`),
  };
}

/** Lines of devices that nobody has named: libvirt has limited those that it knows, and nothing of the scope's. */
function otherReadings(file: CgroupFile, known: ReadonlySet<string>): readonly Reading[] {
  const { text = '', subject, knob } = file;
  return devicesWithLines(text)
    .filter(number => subject === 'scope' || !known.has(number))
    .map(number => {
      const line = deviceLine(text, number) ?? '';
      const at = { subject, knob: `${knob} ${number}` };
      return reading(file, at, deviceValues(knob, line), `${number} ${line}`);
    });
}

/** What the files tell of the host. A file that cannot be read is there. */
export function resourceFacts({
  resources,
  strayed,
  systemd,
}: CgroupResources & Pick<HostFacts, 'systemd'>): Partial<HostFacts> {
  const there = resources.filter(file => file.text !== undefined || file.unreadable !== undefined);
  const has = (pattern: RegExp) => there.some(file => pattern.test(file.knob));
  const weights = there.map(file => file.knob).filter(knob => /^(?:blk)?io\.(?:bfq\.)?weight$/.test(knob));
  return {
    ...(systemd !== undefined && { systemd }),
    strayed,
    ...(strayed.blkio === undefined && { ioWeightFiles: new Set(weights) }),
    ...(strayed.memory === undefined && {
      hasMemoryLimit: has(/^memory\.(?:max|limit_in_bytes)$/),
      hasSwapLimit: has(/^memory\.(?:swap\.max|memsw\.limit_in_bytes)$/),
    }),
  };
}

/** The knobs that would have been read, by their names in cgroup v2. */
export function unseenResources(paths: readonly string[], why: string): readonly Reading[] {
  const knob = (subject: string, name: string): Knob => ({ layer: 'cgroup', subject, knob: name });
  const knobs = [
    ...['memory.max', 'memory.high', 'memory.swap.max'].map(name => knob('libvirt', name)),
    knob('scope', 'io.weight'),
    ...paths.flatMap(path => ['io.max', 'io.weight'].map(name => knob(path, name))),
  ];
  return unseen(knobs, 'cgroup', why);
}

function isPerDevice(knob: string): boolean {
  return knob === 'io.max' || knob.endsWith('_device');
}

function isThrottle(knob: string): boolean {
  return isPerDevice(knob) && !knob.includes('weight');
}

function wholeReading(file: CgroupFile): Reading {
  const { subject, knob, text } = file;
  const values = text === undefined ? undefined : wholeValues(knob, text);
  return reading(file, { subject, knob }, values, text);
}

function wholeValues(knob: string, text: string): KnobValues | undefined {
  const isMemory = knob.startsWith('memory.');
  const value = isMemory ? parseMemoryLimit(text) : parseIoWeight(text);
  return value === undefined ? undefined : { [isMemory ? 'bytes' : 'weight']: value };
}

function deviceReading(
  file: CgroupFile,
  path: string,
  number: { readonly found: string } | { readonly why: string },
): Reading {
  const at = { subject: path, knob: file.knob };
  if ('why' in number) return reading({ ...file, unreadable: number.why }, at, undefined, undefined);
  if (file.text === undefined) return reading(file, at, undefined, undefined);
  const line = deviceLine(file.text, number.found);
  const values = line === undefined ? unlimited(file.knob) : deviceValues(file.knob, line);
  return reading(file, at, values, line === undefined ? '' : `${number.found} ${line}`);
}

function unlimited(knob: string): KnobValues {
  if (knob === 'io.max') return noThrottle;
  return /weight/.test(knob) ? { weight: 'default' } : { value: 'max' };
}

function deviceValues(knob: string, line: string): KnobValues | undefined {
  if (knob === 'io.max') return parseIoMax(line);
  const value = parseCount(line);
  return value === undefined ? undefined : { [/weight/.test(knob) ? 'weight' : 'value']: value };
}

function reading(
  { path, unreadable, text: content }: CgroupFile,
  at: { readonly subject: string; readonly knob: string },
  values: KnobValues | undefined,
  text: string | undefined,
): Reading {
  const isStrange = content !== undefined && values === undefined;
  const why = unreadable ?? (isStrange ? 'it holds no such value' : undefined);
  return {
    layer: 'cgroup',
    ...at,
    ...(values !== undefined && { values }),
    ...(why !== undefined && { unreadable: why }),
    evidence: { source: path, text: text ?? '' },
  };
}
