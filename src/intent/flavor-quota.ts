import type { Diagnostic } from '../diagnostics.ts';
import { type AskedLimits, collectAsked } from './asked-limits.ts';
import { emittedByNova } from './nova-emission.ts';
import type {
  CpuQuotaParameter,
  DiskQuotaParameter,
  InterfaceQuotaParameter,
  LibvirtQuotaKey,
  QuotaParameter,
} from './quota-keys.ts';
import { readQuotaNumber } from './quota-number.ts';
import { checkRelations } from './quota-relations.ts';

/** The limits that a flavor asks for, by what they are put on. Disk and interface limits hold for each one. */
export interface FlavorQuota {
  readonly cpu: QuotaSection<CpuQuotaParameter>;
  readonly disk: QuotaSection<DiskQuotaParameter>;
  readonly interface: QuotaSection<InterfaceQuotaParameter>;
}

/** The limits for one kind of thing. */
export interface QuotaSection<P extends QuotaParameter> {
  /** What libvirt understands, in the units of its typed parameters. An explicit 0 takes a limit away. */
  readonly limits: Readonly<Partial<Record<P, number>>>;
  /** Which extra spec asked for each limit. */
  readonly because: Readonly<Partial<Record<P, string>>>;
  /** What Nova writes into the domain XML, verbatim, also where libvirt refuses it or takes it for "no limit". */
  readonly emitted: Readonly<Partial<Record<P, string>>>;
}

/** A flavor's limits and all that is to be said about them. */
export interface FlavorQuotaResult {
  readonly quota: FlavorQuota;
  /** Every finding, in order of the extra specs; any error among them means that nothing may be applied. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads a flavor's extra specs as Nova's libvirt driver does and libvirt then reads Nova's XML.
 *
 * What depends on the host (the range of shares) is checked by `domain/capabilities.ts:checkHostRange`.
 */
export function flavorQuota(extraSpecs: Readonly<Record<string, string>>): FlavorQuotaResult {
  const diagnostics: Diagnostic[] = [];
  const asked = collectAsked(extraSpecs, diagnostics);
  for (const one of asked.all) {
    one.emitted = emittedByNova(one, asked);
    const isRead = one.emitted !== undefined || one.entry.copied === 'as-int';
    if (isRead) one.value = readQuotaNumber(one, asked, diagnostics);
  }
  checkRelations(asked, diagnostics);
  return { quota: sections(asked), diagnostics: inOrder(diagnostics, extraSpecs) };
}

/** A section while it is filled. */
interface Draft {
  readonly limits: Partial<Record<QuotaParameter, number>>;
  readonly because: Partial<Record<QuotaParameter, string>>;
  readonly emitted: Partial<Record<QuotaParameter, string>>;
}

const draft = (): Draft => ({ limits: {}, because: {}, emitted: {} });

function sections(asked: AskedLimits): FlavorQuota {
  const cpu = draft();
  const disk = draft();
  const nic = draft();
  for (const { key, entry, emitted, value } of asked.all) {
    const { parameter, element } = entry;
    const section = element === 'cputune' ? cpu : element === 'iotune' ? disk : nic;
    if (emitted !== undefined) section.emitted[parameter] = emitted;
    if (value === undefined || isIdle(entry, value, asked)) continue;
    section.limits[parameter] = value;
    section.because[parameter] = key;
  }
  return { cpu, disk, interface: nic };
}

/** Peak and burst without a positive average of their direction limit nothing. */
function isIdle({ parameter, needs }: LibvirtQuotaKey, value: number, { by }: AskedLimits): boolean {
  if (needs === undefined || needs === parameter) return false;
  return value === 0 || !by[needs]?.value;
}

/** In the order of the extra specs, whichever rule found them. */
function inOrder(
  diagnostics: Diagnostic[],
  extraSpecs: Readonly<Record<string, string>>,
): readonly Diagnostic[] {
  if (diagnostics.length < 2) return diagnostics;
  const place = new Map(Object.keys(extraSpecs).map((key, index) => [key, index]));
  return diagnostics.sort((one, other) => (place.get(one.path) ?? 0) - (place.get(other.path) ?? 0));
}
