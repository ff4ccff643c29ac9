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
 * @throws QuotaError `invalid-input` when libvirt would not read it, or it is too large to be exact.
 */
export function readLimit(field: LimitField<string>, text: string): number | undefined {
  if (text === '') return undefined;
  const value = field.type === 'llong' ? parseLibvirtSigned(text) : parseLibvirtUnsigned(text);
  if (value === undefined) {
    const problem = `'${field.xmlName}' must be an integer, and is '${text}'`;
    throw new QuotaError('invalid-input', field.xmlName, `domain XML: ${problem}`);
  }
  if (value === 0n) return undefined;
  if (value < 0n) return value < BigInt(Number.MIN_SAFE_INTEGER) ? -1 : Number(value);
  if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
  const problem = `'${field.xmlName}' must be at most ${Number.MAX_SAFE_INTEGER}, and is '${text}'`;
  throw new QuotaError('invalid-input', field.xmlName, `domain XML: ${problem}`);
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
