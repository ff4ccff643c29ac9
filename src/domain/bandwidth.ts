import { networkBurst, networkRateLive } from '../ranges.ts';
import { childAttribute, type XmlElement } from '../xml/element.ts';
import { type LimitField, limitsFrom } from './limit-field.ts';

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

/** The element of a direction in `<bandwidth>`, seen from the guest. */
export type BandwidthDirection = 'inbound' | 'outbound';

/** One attribute of `<inbound>` or `<outbound>`. */
export interface BandwidthField extends LimitField<BandwidthParameter> {
  readonly direction: BandwidthDirection;
}

const kBps = { type: 'uint', ...networkRateLive } as const;
const kiB = { type: 'uint', ...networkBurst } as const;

/** All limits of `<bandwidth>`, in the order in which Nova and libvirt write them. */
export const bandwidthFields: readonly BandwidthField[] = [
  { parameter: 'inbound.average', direction: 'inbound', xmlName: 'average', ...kBps },
  { parameter: 'inbound.peak', direction: 'inbound', xmlName: 'peak', ...kBps },
  { parameter: 'inbound.burst', direction: 'inbound', xmlName: 'burst', ...kiB },
  { parameter: 'inbound.floor', direction: 'inbound', xmlName: 'floor', ...kBps },
  { parameter: 'outbound.average', direction: 'outbound', xmlName: 'average', ...kBps },
  { parameter: 'outbound.peak', direction: 'outbound', xmlName: 'peak', ...kBps },
  { parameter: 'outbound.burst', direction: 'outbound', xmlName: 'burst', ...kiB },
];

/** Names of all 7 interface parameters. */
export const bandwidthParameters: readonly BandwidthParameter[] = bandwidthFields.map(
  field => field.parameter,
);

/** The limits in a `<bandwidth>`. @throws QuotaError */
export function readBandwidth(bandwidth: XmlElement | undefined): Bandwidth {
  const fields: readonly LimitField<BandwidthParameter>[] = bandwidthFields;
  if (bandwidth === undefined) return {};
  return limitsFrom(fields, field => {
    const [direction = ''] = field.parameter.split('.');
    return childAttribute(bandwidth, direction, field.xmlName);
  });
}
