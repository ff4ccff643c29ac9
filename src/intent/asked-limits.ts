import type { Diagnostic } from '../diagnostics.ts';
import { findQuotaKey, type LibvirtQuotaKey, type QuotaParameter, quotaKeys } from './quota-keys.ts';

/** One extra spec that asks Nova's libvirt driver for a limit. */
export interface Asked {
  readonly key: string;
  /** Its value, verbatim. */
  readonly text: string;
  readonly entry: LibvirtQuotaKey;
}

/** What is asked for, at most once for each parameter, in order of the extra specs. */
export type AskedLimits = ReadonlyMap<QuotaParameter, Asked>;

/** Sorts the extra specs into limits, and findings on keys that are not (or not quite) what they seem. */
export function collectAsked(extraSpecs: Readonly<Record<string, string>>): {
  readonly asked: AskedLimits;
  readonly diagnostics: readonly Diagnostic[];
} {
  const asked = new Map<QuotaParameter, Asked>();
  const diagnostics: Diagnostic[] = [];
  for (const [key, text] of Object.entries(extraSpecs)) {
    const found = findQuotaKey(key);
    if (found?.entry.consumer !== 'libvirt') {
      diagnostics.push(...ignored(key, text, found !== undefined));
      continue;
    }
    const { entry, extraScope } = found;
    if (extraScope) diagnostics.push(finding('extra-scope', key, text, { as: entry.key }));
    const earlier = asked.get(entry.parameter);
    if (earlier !== undefined)
      diagnostics.push(finding('overridden', earlier.key, earlier.text, { by: key }));
    asked.set(entry.parameter, { key, text, entry });
  }
  return { asked, diagnostics };
}

const libvirtNames = new Set(
  quotaKeys.filter(one => one.consumer === 'libvirt').map(one => one.key.slice(6)),
);

/** Keys that Nova's libvirt driver does not read; those of other namespaces are none of our business. */
function ignored(key: string, text: string, vmware: boolean): readonly Diagnostic[] {
  if (vmware) return [finding('vmware-only', key, text)];
  if (key.startsWith('quota:')) return [finding('unknown-key', key, text)];
  return libvirtNames.has(key) ? [finding('unknown-key', key, text, { meant: `quota:${key}` })] : [];
}

function finding(
  code: 'extra-scope' | 'overridden' | 'vmware-only' | 'unknown-key',
  path: string,
  value: string,
  args?: Readonly<Record<string, string>>,
): Diagnostic {
  return { code, severity: 'warning', path, value, ...(args && { args }) };
}
