import { QuotaError } from '../errors.ts';
import type { VolumeQos, VolumeQuota } from './volume-qos.ts';

/** Which disk of a domain a volume is. `any`: whatever it is called by. Serials are compared without dashes and case. */
export interface VolumeSelector {
  readonly by: 'any' | 'target' | 'serial' | 'source';
  readonly value: string;
}

/** The limits of one volume of a domain. */
export interface VolumeIntent {
  /** Absent: every volume that no other one names. */
  readonly selector?: VolumeSelector;
  readonly quota: VolumeQuota;
}

/** A volume as it is given on the command line: which disk, where its QoS is, and what else is to be known of it. */
export interface VolumeArgument {
  readonly selector: VolumeSelector;
  /** A file, or `-`. */
  readonly file: string;
  /** In GiB. */
  readonly sizeGiB?: number;
  /** In place of the file's own. */
  readonly consumer?: VolumeQos['consumer'];
}

/** `vda`, `serial:…`: how a volume is called in findings. */
export function selectorText(selector: VolumeSelector | undefined): string {
  if (selector === undefined) return 'volumes';
  return `volume ${selector.by === 'any' ? '' : `${selector.by}:`}${selector.value}`;
}

/**
 * Reads `SELECTOR=FILE[,size=GIB][,consumer=front-end|back-end|both]`, where SELECTOR is a disk's target, serial or
 * source, or says which of them by `target:`, `serial:` or `source:`.
 *
 * @throws QuotaError `invalid-input` when it is something else.
 */
export function parseVolumeArgument(text: string): VolumeArgument {
  const match = /^([^=]+)=(.+?)((?:,(?:size|consumer)=[^,]*)*)$/s.exec(text);
  if (match === null) throw problem(text, 'is not DISK=FILE[,size=GIB]');
  const [, disk = '', file = '', rest = ''] = match;
  const options = new Map(
    [...rest.matchAll(/,(size|consumer)=([^,]*)/g)].map(([, key, value]) => [key, value] as const),
  );
  const size = options.get('size');
  const consumer = options.get('consumer');
  return {
    selector: parseSelector(disk),
    file,
    ...(size !== undefined && { sizeGiB: sizeOf(size, text) }),
    ...(consumer !== undefined && { consumer: consumerOf(consumer, text) }),
  };
}

/** `serial:UUID` → by serial; without such a word it is whatever is called so. */
export function parseSelector(text: string): VolumeSelector {
  const [, by, value] = /^(target|serial|source):(.+)$/s.exec(text) ?? [];
  return by === undefined || value === undefined
    ? { by: 'any', value: text }
    : { by: by as VolumeSelector['by'], value };
}

/** A volume's size in GiB, 1–999999999. @throws QuotaError `invalid-input` */
export function sizeOf(text: string, subject: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw problem(
    subject,
    `has size '${text}', must be a whole number in 1–999999999 GiB, written in decimal digits`,
  );
}

function consumerOf(text: string, subject: string): VolumeArgument['consumer'] {
  if (text === 'front-end' || text === 'back-end' || text === 'both') return text;
  throw problem(subject, `has consumer '${text}', which is not front-end, back-end or both`);
}

function problem(subject: string, what: string): QuotaError {
  return new QuotaError('invalid-input', subject, `volume '${subject}' ${what}`);
}
