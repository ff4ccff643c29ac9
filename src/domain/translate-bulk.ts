import type { Diagnostic } from '../diagnostics.ts';
import type { BulkRequest } from '../intent/bulk-request.ts';
import { flavorQuota } from '../intent/flavor-quota.ts';
import { type VolumeQos, volumeQuota } from '../intent/volume-qos.ts';
import { checkHostRange, type HostCapabilities } from './capabilities.ts';
import { checkIoTune } from './check-limits.ts';
import { type Fragments, renderIoTune, translateFragments } from './fragments.ts';

/** One of many translations. */
export interface BulkTranslation {
  /** What Nova writes for the flavor. */
  readonly fragments: Fragments;
  /** The `<iotune>` of the volume; absent: Nova writes none. */
  readonly volumeIotune?: string;
}

/** Translates a flavor, and a volume's QoS, without a domain. */
export function translateBulk(
  { extraSpecs, volume }: BulkRequest,
  host: HostCapabilities,
  diagnostics: Diagnostic[],
): BulkTranslation {
  const { quota, diagnostics: found } = flavorQuota(extraSpecs);
  diagnostics.push(...found, ...checkHostRange(quota, host));
  const fragments = translateFragments(quota);
  const volumeIotune = volume && translateVolume(volume, diagnostics);
  return volumeIotune === undefined ? { fragments } : { fragments, volumeIotune };
}

function translateVolume(volume: VolumeQos, diagnostics: Diagnostic[]): string | undefined {
  const { quota, diagnostics: found } = volumeQuota(volume);
  diagnostics.push(...found, ...checkIoTune(quota.limits));
  return renderIoTune(quota.emitted);
}
