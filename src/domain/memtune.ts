import { QuotaError } from '../errors.ts';
import { parseLibvirtUnsigned } from '../integers.ts';
import { memoryAmount } from '../ranges.ts';
import { childOf, type XmlElement } from '../xml/element.ts';
import { type LimitField, limitsFrom } from './limit-field.ts';

/**
 * `<memtune>` limits of a whole domain in KiB, 1–9007199254740990; 0, absent and everything larger: no limit.
 *
 * - `hard_limit`: more the kernel does not give; it ends the guest instead.
 * - `soft_limit`: above it memory is taken back (cgroup v2: `memory.high`; v1: only when memory is short).
 * - `swap_hard_limit`: memory and swap together on cgroup v1; on v2 libvirt limits swap alone to this number.
 */
export type MemTuneParameter = 'hard_limit' | 'soft_limit' | 'swap_hard_limit';

/** A domain's memory limits; a parameter left out is not limited. */
export type MemTune = Readonly<Partial<Record<MemTuneParameter, number>>>;

/** What libvirt writes for "no limit", in KiB. @see libvirt include/libvirt/libvirt-domain.h:VIR_DOMAIN_MEMORY_PARAM_UNLIMITED */
export const memoryUnlimitedKib = memoryAmount.max + 1;

const kib = { type: 'ullong', ...memoryAmount } as const;

/** All limits of `<memtune>` that the QEMU driver has, in libvirt's order. */
export const memTuneFields: readonly LimitField<MemTuneParameter>[] = [
  { parameter: 'hard_limit', xmlName: 'hard_limit', ...kib },
  { parameter: 'soft_limit', xmlName: 'soft_limit', ...kib },
  { parameter: 'swap_hard_limit', xmlName: 'swap_hard_limit', ...kib },
];

/** Names of all memory parameters. */
export const memTuneParameters: readonly MemTuneParameter[] = memTuneFields.map(field => field.parameter);

/** The limits in a `<memtune>`; `min_guarantee`, which QEMU does not have, is not looked at. @throws QuotaError */
export function readMemTune(memtune: XmlElement | undefined): MemTune {
  const limits = limitsFrom(memTuneFields, field => {
    const child = childOf(memtune, field.xmlName);
    return child && limitText(child);
  });
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value < memoryUnlimitedKib));
}

/** What libvirt cuts to its largest number must not be refused for its size. */
function limitText(element: XmlElement): string {
  const kibibytes = scaledKib(element);
  return kibibytes > memoryUnlimitedKib ? String(memoryUnlimitedKib) : String(kibibytes);
}

/**
 * An amount of memory in KiB, rounded up, as libvirt reads an element's number and `unit` (KiB when it has none).
 *
 * @throws QuotaError `invalid-input` when libvirt would not read it.
 * @see libvirt src/conf/domain_conf.c:virDomainParseScaledValue, src/util/virutil.c:virScaleInteger
 */
export function scaledKib(element: XmlElement): bigint {
  const value = parseLibvirtUnsigned(element.text.trim() === '' ? '0' : element.text);
  const bytes = bytesOf(element.attributes.get('unit') ?? 'KiB');
  if (value !== undefined && bytes !== undefined) return (value * bytes + 1023n) / 1024n;
  const text = `${element.text} ${element.attributes.get('unit') ?? ''}`.trim();
  const problem = `'${element.name}' must be an amount of memory, and is '${text}'`;
  throw new QuotaError('invalid-input', element.name, `domain XML: ${problem}`);
}

/** `KiB`, `k` and `K` are 1024, `KB` is 1000; the case of letters does not matter. */
function bytesOf(unit: string): bigint | undefined {
  if (/^(?:b|bytes?)?$/i.test(unit)) return 1n;
  const match = /^([kmgtpe])(ib|b)?$/i.exec(unit);
  if (match === null) return undefined;
  const power = BigInt('kmgtpe'.indexOf((match[1] ?? '').toLowerCase()) + 1);
  return (match[2]?.toLowerCase() === 'b' ? 1000n : 1024n) ** power;
}
