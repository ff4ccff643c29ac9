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

/** A disk's I/O limits; a parameter left out is not limited. */
export type IoTune = Readonly<Partial<Record<IoTuneParameter, number>>>;
