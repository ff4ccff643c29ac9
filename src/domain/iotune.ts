import { diskBurstLength, diskBytes, diskOperationSize, diskOperations, type Range } from '../ranges.ts';
import { childOf, type XmlElement } from '../xml/element.ts';
import { type LimitField, limitsFrom } from './limit-field.ts';

/** What an iotune limit applies to. libvirt refuses `total` together with `read` or `write` of one family. */
type Direction = 'total' | 'read' | 'write';

/**
 * `<iotune>` limits of one disk; element and typed parameter have the same name. 0–10^15 each, 0 = no limit.
 *
 * - `*_bytes_sec`: bytes/s; `*_iops_sec`: operations/s.
 * - `*_max`: burst rate in the same unit, not below its base; `*_max_length`: seconds the burst may last.
 * - `size_iops_sec`: bytes that count as one operation.
 */
export type IoTuneParameter =
  | `${Direction}_${'bytes' | 'iops'}_sec${'' | '_max' | '_max_length'}`
  | 'size_iops_sec';

/**
 * A disk's I/O limits; a parameter left out is not limited. `group_name`: the disks of one name share one bucket; absent:
 * a bucket of its own. libvirt takes a name only together with a limit.
 */
export type IoTune = Readonly<Partial<Record<IoTuneParameter, number>>> & { readonly group_name?: string };

/** In the order in which Nova writes them, then the lengths, which Nova never writes. */
const names: readonly IoTuneParameter[] = [
  'read_bytes_sec',
  'read_iops_sec',
  'write_bytes_sec',
  'write_iops_sec',
  'total_bytes_sec',
  'total_iops_sec',
  'read_bytes_sec_max',
  'write_bytes_sec_max',
  'total_bytes_sec_max',
  'read_iops_sec_max',
  'write_iops_sec_max',
  'total_iops_sec_max',
  'size_iops_sec',
  'read_bytes_sec_max_length',
  'write_bytes_sec_max_length',
  'total_bytes_sec_max_length',
  'read_iops_sec_max_length',
  'write_iops_sec_max_length',
  'total_iops_sec_max_length',
];

/** All numbers of `<iotune>`. `group_name`, which is text, is not among them. */
export const ioTuneFields: readonly LimitField<IoTuneParameter>[] = names.map(name => ({
  parameter: name,
  xmlName: name,
  type: 'ullong',
  ...rangeOf(name),
}));

/** All elements of `<iotune>` as libvirt writes them: the group before the burst lengths. */
export const ioTuneElements: readonly (IoTuneParameter | 'group_name')[] = names.flatMap(name =>
  name === 'size_iops_sec' ? [name, 'group_name' as const] : [name],
);

/** Names of all 19 block iotune parameters that are numbers. */
export const ioTuneParameters: readonly IoTuneParameter[] = names;

/** Whether any of the 19 numbers limits something. */
export function hasIoLimit(limits: IoTune): boolean {
  return names.some(name => limits[name]);
}

/** The limits in an `<iotune>`. @throws QuotaError */
export function readIoTune(iotune: XmlElement | undefined): IoTune {
  const group = childOf(iotune, 'group_name')?.text;
  const limits = limitsFrom(ioTuneFields, field => childOf(iotune, field.xmlName)?.text);
  return { ...limits, ...(group && { group_name: group }) };
}

function rangeOf(name: IoTuneParameter): Range {
  if (name === 'size_iops_sec') return diskOperationSize;
  if (name.endsWith('_length')) return diskBurstLength;
  return name.includes('bytes') ? diskBytes : diskOperations;
}
