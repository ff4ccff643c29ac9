import { isUnknownKey } from '../intent/near-key.ts';
import { findOwnKey, ownNamespace } from '../intent/own-keys.ts';
import { findQuotaKey, quotaPrefix } from '../intent/quota-keys.ts';
import type { Pseudonyms } from './pseudonyms.ts';

/** Extra specs of Nova's own that say nothing of whose they are. @see nova nova/api/validation/extra_specs/hw.py */
const others =
  /^(?:hw:(?:cpu_policy|cpu_thread_policy|cpu_sockets|cpu_cores|cpu_threads|cpu_max_sockets|cpu_max_cores|cpu_max_threads|numa_nodes|mem_page_size|watchdog_action|boot_menu|mem_encryption|pmu|vif_multiqueue_enabled|emulator_threads_policy|cpu_realtime|cpu_realtime_mask|pci_numa_affinity_policy)|hw_rng:(?:allowed|rate_bytes|rate_period))$/;

/** Whether an extra spec, or what was asked, has a name that is the same everywhere. */
export function isKnownKey(key: string): boolean {
  return findQuotaKey(key)?.extraScope === false || findOwnKey(key) !== undefined || others.test(key);
}

/** A key; one that nobody reads though it looks like a limit still looks so. */
export function redactKey(key: string, names: Pseudonyms): string {
  if (isKnownKey(key)) return key;
  if (findQuotaKey(key) !== undefined) {
    // Nova reads its first two parts.
    const [prefix, name, ...rest] = key.split(':');
    return [prefix, name, names.word(rest.join(':'))].join(':');
  }
  if (!isUnknownKey(key)) return names.word(key);
  return `${key.startsWith(ownNamespace) ? ownNamespace : quotaPrefix}${names.word(key)}`;
}

/** Whether what is asked by it is a limit, or a word of Nova's. */
export function isReadKey(key: string): boolean {
  return isKnownKey(key) || findQuotaKey(key) !== undefined;
}
