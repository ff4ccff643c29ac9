import type { Diagnostic } from '../diagnostics.ts';
import { nearKey } from './near-key.ts';
import { ownNamespace } from './own-keys.ts';
import { findQuotaKey, type LibvirtQuotaKey, type QuotaParameter, quotaPrefix } from './quota-keys.ts';

/** One extra spec that asks Nova's libvirt driver for a limit. */
export interface Asked {
  readonly key: string;
  /** Its value, verbatim. */
  readonly text: string;
  readonly entry: LibvirtQuotaKey;
  /** What Nova writes for it, once that is known; undefined: nothing. */
  emitted: string | undefined;
  /** Its number, once it has been read; undefined: nothing in libvirt, QEMU or tc takes it. */
  value: number | undefined;
}

/** What is asked for, at most once for each parameter. */
export interface AskedLimits {
  /** In order of the extra specs. */
  readonly all: readonly Asked[];
  readonly by: Readonly<Record<QuotaParameter, Asked | undefined>>;
}

/** Sorts the extra specs into limits, and findings on keys that are not (or not quite) what they seem. */
export function collectAsked(
  extraSpecs: Readonly<Record<string, string>>,
  diagnostics: Diagnostic[],
): AskedLimits {
  const all: Asked[] = [];
  const by = nothingAsked();
  for (const key of Object.keys(extraSpecs)) {
    const text = extraSpecs[key] ?? '';
    const found = findQuotaKey(key);
    if (found === undefined || found.entry.consumer === 'vmware') {
      reportIgnored(key, text, found !== undefined, diagnostics);
      continue;
    }
    const { entry, extraScope } = found;
    const asked: Asked = { key, text, entry, emitted: undefined, value: undefined };
    if (extraScope) diagnostics.push(finding('extra-scope', key, text, { as: entry.key }));
    const earlier = by[entry.parameter];
    by[entry.parameter] = asked;
    if (earlier === undefined) all.push(asked);
    else {
      diagnostics.push(finding('overridden', earlier.key, earlier.text, { by: key }));
      all[all.indexOf(earlier)] = asked;
    }
  }
  return { all, by };
}

/** One shape from the start is much faster to fill and to read than a shape that grows. */
function nothingAsked(): Record<QuotaParameter, Asked | undefined> {
  return {
    cpu_shares: undefined,
    vcpu_period: undefined,
    vcpu_quota: undefined,
    read_bytes_sec: undefined,
    write_bytes_sec: undefined,
    total_bytes_sec: undefined,
    read_iops_sec: undefined,
    write_iops_sec: undefined,
    total_iops_sec: undefined,
    'inbound.average': undefined,
    'inbound.peak': undefined,
    'inbound.burst': undefined,
    'outbound.average': undefined,
    'outbound.peak': undefined,
    'outbound.burst': undefined,
  };
}

/** Keys that Nova's libvirt driver does not read. */
function reportIgnored(key: string, text: string, vmware: boolean, diagnostics: Diagnostic[]): void {
  if (vmware) diagnostics.push(finding('vmware-only', key, text));
  // An unknown key of our own namespace is an error that is made elsewhere.
  else if (!key.startsWith(ownNamespace)) reportNear(key, text, diagnostics);
}

/** Those of other namespaces are none of our business, unless they were meant for this one. */
function reportNear(key: string, text: string, diagnostics: Diagnostic[]): void {
  const near = nearKey(key) ?? (key.startsWith(quotaPrefix) ? { kind: 'slip' as const } : undefined);
  if (near === undefined) return;
  const code = near.kind === 'slip' ? 'unknown-key' : 'scheduler-only';
  diagnostics.push(finding(code, key, text, near.meant === undefined ? undefined : { meant: near.meant }));
}

function finding(
  code: 'extra-scope' | 'overridden' | 'vmware-only' | 'unknown-key' | 'scheduler-only',
  path: string,
  value: string,
  args?: Readonly<Record<string, string>>,
): Diagnostic {
  const severity = 'warning';
  return args === undefined ? { code, severity, path, value } : { code, severity, path, value, args };
}
