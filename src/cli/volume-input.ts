import type { Diagnostic } from '../diagnostics.ts';
import { checkIoTune } from '../domain/check-limits.ts';
import {
  parseVolumeArgument,
  selectorText,
  sizeOf,
  type VolumeArgument,
  type VolumeIntent,
  type VolumeSelector,
} from '../intent/volume-intent.ts';
import { volumeQuota } from '../intent/volume-qos.ts';
import { type ParsedVolumeQos, parseVolumeQos } from '../intent/volume-qos-text.ts';
import { inputName, readerFor, readText } from './inputs.ts';

const QOS_LIMIT = 1024 * 1024;

/** Options by which a command is told the limits of volumes. */
export interface VolumeOptions {
  /** Single volumes: `DISK=FILE[,size=GIB][,consumer=…]`. */
  readonly volume?: readonly string[];
  /** A file, or `-`: the QoS of every volume that is not among the single ones. */
  readonly volumeQos?: string;
  /** In GiB, for volumes whose own size is not given. */
  readonly volumeSize?: string;
  /** Also what libvirt can do and Nova drops: burst lengths, the throttle group. */
  readonly volumeExtras?: boolean;
}

/** A volume and where its QoS is; without a selector it is every volume that is left. */
export type GivenVolume = Omit<VolumeArgument, 'selector'> & { readonly selector?: VolumeSelector };

/** What the options say of volumes. @throws QuotaError `invalid-input` */
export function volumesOf({ volume = [], volumeQos, volumeSize }: VolumeOptions): readonly GivenVolume[] {
  const all: readonly GivenVolume[] = [
    ...volume.map(parseVolumeArgument),
    ...(volumeQos === undefined ? [] : [{ file: volumeQos }]),
  ];
  const sizeGiB = volumeSize === undefined ? undefined : sizeOf(volumeSize, '--volume-size');
  return all.map(one => ({ ...(sizeGiB !== undefined && { sizeGiB }), ...one }));
}

/** Reads the limits of volumes, each finding with the volume it is about. @throws QuotaError `invalid-input` */
export async function readVolumes(
  given: readonly GivenVolume[],
  options: VolumeOptions,
): Promise<{ readonly volumes: readonly VolumeIntent[]; readonly diagnostics: readonly Diagnostic[] }> {
  const volumes: VolumeIntent[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const one of given) {
    const { volume, diagnostics: found } = await readVolume(one, options.volumeExtras === true);
    volumes.push(volume);
    diagnostics.push(...found);
  }
  return { volumes, diagnostics };
}

async function readVolume(
  given: GivenVolume,
  extras: boolean,
): Promise<{ readonly volume: VolumeIntent; readonly diagnostics: readonly Diagnostic[] }> {
  const text = await readText(given.file, QOS_LIMIT, "a volume's QoS");
  const parsed = parseVolumeQos(text, await readerFor(text), `'${inputName(given.file)}'`);
  return volumeIntent(parsed, given, extras);
}

/** What is known of a volume besides its type's QoS. */
export type VolumeFacts = Omit<GivenVolume, 'file'>;

/** The limits of one volume from its type's QoS. */
export function volumeIntent(
  { qos, diagnostics }: ParsedVolumeQos,
  { selector, sizeGiB, consumer }: VolumeFacts,
  extras: boolean,
): { readonly volume: VolumeIntent; readonly diagnostics: readonly Diagnostic[] } {
  const known = { ...qos, ...(consumer && { consumer }), ...(sizeGiB !== undefined && { sizeGiB }) };
  const { quota, diagnostics: found } = volumeQuota(known, { extras });
  return {
    volume: { ...(selector && { selector }), quota },
    diagnostics: [
      ...diagnostics.filter(one => one.code !== 'no-consumer' || consumer === undefined),
      ...found,
      ...checkIoTune(quota.limits),
    ].map(one => ({ ...one, path: `${selectorText(selector)}/${one.path}` })),
  };
}
