import { QuotaError } from '../errors.ts';
import { parseLibvirtSigned, parseLibvirtUnsigned } from '../integers.ts';

/** One limit of libvirt: how the XML and the typed parameters call it, and what it takes. */
export interface LimitField<P extends string> {
  /** Name of the typed parameter, and of the limit in all of this program. */
  readonly parameter: P;
  /** Name of the XML element, or of the attribute where the limits are attributes. */
  readonly xmlName: string;
  readonly unit: string;
  /** Type of the typed parameter. */
  readonly type: 'ullong' | 'llong' | 'uint';
  /** Largest value that libvirt takes through typed parameters. */
  readonly max: number;
}

/**
 * A limit as libvirt reads it in XML; undefined when it is empty or 0, which both mean "not set".
 *
 * Any number of 64 bits is read, whatever libvirt does with it later: a definition that an older one left behind must not
 * be lost for that. Beyond 2^53 it is the nearest number there is, and never equal to a limit that can be asked for.
 *
 * @throws QuotaError `invalid-input` when no libvirt reads it.
 */
export function readLimit(field: LimitField<string>, text: string): number | undefined {
  if (text === '') return undefined;
  const value = parseLibvirtUnsigned(text) ?? (field.type === 'llong' ? parseLibvirtSigned(text) : undefined);
  if (value === undefined) {
    const problem = `'${field.xmlName}' must be an integer, and is '${text}'`;
    throw new QuotaError('invalid-input', field.xmlName, `domain XML: ${problem}`);
  }
  if (value === 0n) return undefined;
  // Which negative number says "no limit" does not matter.
  return value < BigInt(Number.MIN_SAFE_INTEGER) ? -1 : Number(value);
}

/** A limit for people: beyond 2^53 a number must not look as if the definition had it. */
export function limitText(value: number | string): string {
  return typeof value === 'string' || Number.isSafeInteger(value) ? String(value) : `about ${value}`;
}

/** Limits from pairs, those that are not set left out. */
export function limitsFrom<P extends string>(
  fields: readonly LimitField<P>[],
  textOf: (field: LimitField<P>) => string | undefined,
): Readonly<Partial<Record<P, number>>> {
  const limits: Partial<Record<P, number>> = {};
  for (const field of fields) {
    const value = readLimit(field, textOf(field) ?? '');
    if (value !== undefined) limits[field.parameter] = value;
  }
  return limits;
}
