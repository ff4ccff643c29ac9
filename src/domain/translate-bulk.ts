import type { Diagnostic } from '../diagnostics.ts';
import type { BulkRequest } from '../intent/bulk-request.ts';
import { type VolumeQos, volumeQuota } from '../intent/volume-qos.ts';
import { wholeQuota } from '../intent/whole-quota.ts';
import { checkHostRange, type HostCapabilities } from './capabilities.ts';
import { checkAlone } from './check-alone.ts';
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
  const { quota, diagnostics: found } = wholeQuota(extraSpecs);
  diagnostics.push(...found, ...checkHostRange(quota, host), ...checkAlone(quota, host));
  const fragments = translateFragments(quota);
  diagnostics.push(...withoutPlace(fragments));
  const volumeIotune = volume && translateVolume(volume, diagnostics);
  return volumeIotune === undefined ? { fragments } : { fragments, volumeIotune };
}

/** A line has no member for the elements that Nova never writes for a flavor. */
function withoutPlace({ memtune, blkiotune }: Fragments): readonly Diagnostic[] {
  return Object.entries({ memtune, blkiotune }).flatMap(([path, xml]): readonly Diagnostic[] =>
    xml === undefined ? [] : [{ code: 'no-place', severity: 'warning', path, value: xml }],
  );
}

function translateVolume(volume: VolumeQos, diagnostics: Diagnostic[]): string | undefined {
  const { quota, diagnostics: found } = volumeQuota(volume);
  diagnostics.push(...found, ...checkIoTune(quota.limits));
  return renderIoTune(quota.emitted);
}
