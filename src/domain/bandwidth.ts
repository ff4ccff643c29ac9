/**
 * `<bandwidth>` limits of one interface, seen from the guest.
 *
 * - `average`, `peak`, `floor`: kB/s of 1000 bytes. `peak` counts for inbound only; absent = average.
 * - `burst`: KiB of 1024 bytes.
 *
 * The typed parameters are unsigned 32 bit, although the XML takes 64.
 */
export type BandwidthParameter =
  | `${'inbound' | 'outbound'}.${'average' | 'peak' | 'burst'}`
  | 'inbound.floor';

/** An interface's bandwidth limits; a direction without `average` is not limited. */
export type Bandwidth = Readonly<Partial<Record<BandwidthParameter, number>>>;
