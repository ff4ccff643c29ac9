import type { Diagnostic } from '../diagnostics.ts';
import { type AskedLimits, collectAsked } from './asked-limits.ts';
import { emittedByNova } from './nova-emission.ts';
import type {
  CpuQuotaParameter,
  DiskQuotaParameter,
  InterfaceQuotaParameter,
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
  const { asked, diagnostics: found } = collectAsked(extraSpecs);
  const emitted = emittedByNova(asked);
  const diagnostics = [...found];
  const values = new Map<QuotaParameter, number>();
  for (const one of asked.values()) {
    const text = emitted.get(one.entry.parameter);
    if (text === undefined && one.entry.copied === 'verbatim') continue;
    const read = readQuotaNumber(one);
    diagnostics.push(...read.diagnostics);
    if (read.value !== undefined) values.set(one.entry.parameter, read.value);
  }
  diagnostics.push(...checkRelations(asked, emitted, values));
  return {
    quota: sections(asked, emitted, values),
    diagnostics: inOrder(diagnostics, extraSpecs),
  };
}

/** A section while it is filled. */
interface Draft {
  readonly limits: Partial<Record<QuotaParameter, number>>;
  readonly because: Partial<Record<QuotaParameter, string>>;
  readonly emitted: Partial<Record<QuotaParameter, string>>;
}

const draft = (): Draft => ({ limits: {}, because: {}, emitted: {} });

function sections(
  asked: AskedLimits,
  emitted: ReadonlyMap<QuotaParameter, string>,
  values: ReadonlyMap<QuotaParameter, number>,
): FlavorQuota {
  const drafts = { cputune: draft(), iotune: draft(), bandwidth: draft() };
  for (const [parameter, { key, entry }] of asked) {
    const section = drafts[entry.element];
    const text = emitted.get(parameter);
    if (text !== undefined) section.emitted[parameter] = text;
    const value = values.get(parameter);
    if (value === undefined || isIdle(parameter, value, values)) continue;
    section.limits[parameter] = value;
    section.because[parameter] = key;
  }
  return { cpu: drafts.cputune, disk: drafts.iotune, interface: drafts.bandwidth };
}

/** Peak and burst without a positive average of their direction limit nothing. */
function isIdle(
  parameter: QuotaParameter,
  value: number,
  values: ReadonlyMap<QuotaParameter, number>,
): boolean {
  if (!parameter.endsWith('.peak') && !parameter.endsWith('.burst')) return false;
  const average = parameter.startsWith('inbound') ? 'inbound.average' : 'outbound.average';
  return value === 0 || !values.get(average);
}

/** In the order of the extra specs, whichever rule found them. */
function inOrder(
  diagnostics: readonly Diagnostic[],
  extraSpecs: Readonly<Record<string, string>>,
): readonly Diagnostic[] {
  if (diagnostics.length < 2) return diagnostics;
  const place = new Map(Object.keys(extraSpecs).map((key, index) => [key, index]));
  return [...diagnostics].sort((one, other) => (place.get(one.path) ?? 0) - (place.get(other.path) ?? 0));
}
