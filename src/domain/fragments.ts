import { shortInteger } from '../integers.ts';
import type { WholeQuota } from '../intent/whole-quota.ts';
import { isXmlText } from '../xml/character-rules.ts';
import { encodeAttribute, encodeText } from '../xml/entities.ts';
import { bandwidthFields } from './bandwidth.ts';
import { blkioTuneFields, hostDeviceFields } from './blkiotune.ts';
import { cpuTuneFields } from './cputune.ts';
import { ioTuneElements } from './iotune.ts';
import { memTuneFields } from './memtune.ts';
import type { LimitName, Limits } from './tuning.ts';
import { wantedSections } from './wanted-sections.ts';

/**
 * The elements of a flavor, those of Nova in Nova's order; one without anything in it is left out. `memtune` and
 * `blkiotune` come of our own keys only.
 */
export interface Fragments {
  readonly blkiotune?: string;
  readonly memtune?: string;
  readonly cputune?: string;
  readonly iotune?: string;
  readonly bandwidth?: string;
}

/** Values as text or numbers, by parameter; one that XML cannot hold is left out. */
type Values = Readonly<Partial<Record<LimitName, string | number>>>;

/** A limit and its name in the XML. */
interface Named {
  readonly parameter: LimitName;
  readonly xmlName: string;
}

/** A limit with the text before and after its value. */
interface Piece {
  readonly parameter: LimitName;
  readonly before: string;
  readonly after: string;
}

const cpuTunePieces = cpuTuneFields.map(elementPiece);
const ioTunePieces = ioTuneElements.map(name => elementPiece({ parameter: name, xmlName: name }));
const memTunePieces = memTuneFields.map(({ parameter, xmlName }) => ({
  parameter,
  before: `<${xmlName} unit="KiB">`,
  after: `</${xmlName}>`,
}));
const weightPieces = blkioTuneFields.map(elementPiece);
const hostDevicePieces = hostDeviceFields.map(elementPiece);
const inboundPieces = bandwidthFields.filter(field => field.direction === 'inbound').map(attributePiece);
const outboundPieces = bandwidthFields.filter(field => field.direction === 'outbound').map(attributePiece);

function elementPiece({ parameter, xmlName }: Named): Piece {
  return { parameter, before: `<${xmlName}>`, after: `</${xmlName}>` };
}

function attributePiece({ parameter, xmlName }: Named): Piece {
  return { parameter, before: ` ${xmlName}="`, after: '"' };
}

/**
 * A flavor as the XML that Nova's libvirt driver makes of it, character by character: also values that libvirt
 * refuses, or takes for "no limit". Values that XML cannot hold, on which Nova fails, are left out.
 *
 * @param options.virtType libvirt's domain type; Nova writes `<cputune>` for `kvm`, `qemu` and `lxc` only.
 * @see nova nova/virt/libvirt/config.py:LibvirtConfigGuestCPUTune, LibvirtConfigGuestDisk, LibvirtConfigGuestInterface
 */
export function translateFragments(
  quota: WholeQuota,
  options: { readonly virtType?: string } = {},
): Fragments {
  const { virtType } = options;
  const hasCpuTune = virtType === undefined || cpuTuneTypes.has(virtType);
  const cputune = hasCpuTune ? renderCpuTune(quota.cpu.emitted) : undefined;
  const iotune = renderIoTune(quota.disk.emitted);
  const bandwidth = renderBandwidth(quota.interface.emitted);
  const fragments: { -readonly [element in keyof Fragments]: Fragments[element] } = {};
  if (cputune !== undefined) fragments.cputune = cputune;
  if (iotune !== undefined) fragments.iotune = iotune;
  if (bandwidth !== undefined) fragments.bandwidth = bandwidth;
  return quota.own === undefined ? fragments : { ...fragments, ...ownFragments(quota, hasCpuTune) };
}

/** The elements into which our own keys put something, with Nova's values as Nova writes them. */
function ownFragments(quota: WholeQuota, hasCpuTune: boolean): Fragments {
  const { cpu, memory, blkio, hostDevices, disk, interface: nic } = wantedSections(quota);
  const cputune = hasCpuTune ? renderCpuTune({ ...cpu.limits, ...quota.cpu.emitted }) : undefined;
  const memtune = renderMemTune(memory.limits);
  const blkiotune = renderBlkioTune(blkio.limits, hostDevices);
  const iotune = renderIoTune({ ...disk.limits, ...quota.disk.emitted });
  const bandwidth = renderBandwidth({ ...nic.limits, ...quota.interface.emitted });
  return {
    ...(blkiotune && { blkiotune }),
    ...(memtune && { memtune }),
    ...(cputune && { cputune }),
    ...(iotune && { iotune }),
    ...(bandwidth && { bandwidth }),
  };
}

const cpuTuneTypes: ReadonlySet<string> = new Set(['kvm', 'qemu', 'lxc']);

/** `<cputune>` on one line, in Nova's order; undefined when nothing is in it. */
export function renderCpuTune(values: Values): string | undefined {
  const children = renderPieces(cpuTunePieces, values, encodeText);
  return children === '' ? undefined : `<cputune>${children}</cputune>`;
}

/** `<iotune>` on one line, in Nova's order; undefined when nothing is in it. */
export function renderIoTune(values: Values): string | undefined {
  const children = renderPieces(ioTunePieces, values, encodeText);
  return children === '' ? undefined : `<iotune>${children}</iotune>`;
}

/** `<memtune>` on one line, in KiB; undefined when nothing limits. */
export function renderMemTune(limits: Limits): string | undefined {
  const children = renderPieces(memTunePieces, withoutZeros(limits), encodeText);
  return children === '' ? undefined : `<memtune>${children}</memtune>`;
}

/** `<blkiotune>` on one line, the weight before the devices; undefined when nothing limits. */
export function renderBlkioTune(
  limits: Limits,
  devices: readonly { readonly path: string; readonly limits: Limits }[],
): string | undefined {
  const weight = renderPieces(weightPieces, limits, encodeText);
  const children = devices.map(device => {
    const own = renderPieces(hostDevicePieces, withoutZeros(device.limits), encodeText);
    return own === '' ? '' : `<device><path>${encodeText(device.path)}</path>${own}</device>`;
  });
  const all = weight + children.join('');
  return all === '' ? undefined : `<blkiotune>${all}</blkiotune>`;
}

function withoutZeros(limits: Limits): Values {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== 0));
}

/** `<bandwidth>` on one line; undefined when no direction has anything. */
export function renderBandwidth(values: Values): string | undefined {
  const inbound = renderPieces(inboundPieces, values, encodeAttribute);
  const outbound = renderPieces(outboundPieces, values, encodeAttribute);
  if (inbound === '' && outbound === '') return undefined;
  const into = inbound === '' ? '' : `<inbound${inbound}/>`;
  const out = outbound === '' ? '' : `<outbound${outbound}/>`;
  return `<bandwidth>${into}${out}</bandwidth>`;
}

/** Most sets have few of many limits: looking ends when all are written. */
function renderPieces(pieces: readonly Piece[], values: Values, encode: (text: string) => string): string {
  let left = Object.keys(values).length;
  let xml = '';
  for (const { parameter, before, after } of pieces) {
    if (left === 0) break;
    const value = values[parameter];
    if (value === undefined) continue;
    left -= 1;
    const text = typeof value === 'number' ? value.toString() : value;
    if (shortInteger(text) !== undefined) xml += before + text + after;
    else if (isXmlText(text)) xml += before + encode(text) + after;
  }
  return xml;
}
