import { QuotaError } from '../errors.ts';
import { ownNamespace } from './own-keys.ts';
import { findQuotaKey, isNameOfQuotaKey, quotaPrefix } from './quota-keys.ts';

/** What Nova, its drivers and its scheduler read extra specs for. @see nova nova/api/validation/extra_specs/ */
const namespaces: ReadonlySet<string> = new Set([
  ...['quota', 'virt-quota', 'hw', 'hw_rng', 'hw_video', 'os', 'resources', 'trait', 'accel', 'pci_passthrough', 'vmware'],
  ...['powervm', 'aggregate_instance_extra_specs', 'capabilities', 'filter', 'pci_passthrough', 'group_policy', 'hide_hypervisor_id'],
]);

/**
 * The namespace that a key's name tells it to be of: one of Nova's, ours, or `quota` for what is spelt nearly like a key of
 * it, so that it is told as such and not lost. undefined: nothing tells that it is an extra spec at all.
 */
export function extraSpecNamespace(key: string): string | undefined {
  const space = /^([\w-]+?)[0-9]*(?::|$)/.exec(key)?.[1] ?? '';
  if (namespaces.has(space) && (key.includes(':') || space === 'hide_hypervisor_id')) return space;
  if (/quota/i.test(key) || isNameOfQuotaKey(key)) return 'quota';
  return /^(?:cpu|disk|vif|memory|blkio|emulator|iothread|global)_/.test(key) ? 'virt-quota' : undefined;
}

/**
 * Refuses what proves nothing. The line between "understood, asks for nothing" and "nothing understood":
 *
 * - *Understood* is a flavor whose form says where its extra specs are (`extra_specs`, `properties`, a command that sets
 *   them), even when there are none, or only such of other namespaces (`hw:…`, an operator's own): it asks for no limit.
 * - *Understood* are extra specs alone as soon as one is of a namespace of Nova's or ours (`flavor-forms.ts` refuses others).
 * - *Nothing is understood* of a flavor that has not told its extra specs (`flavor-forms.ts` refuses it), and where keys
 *   mean to ask for a limit (`quota` in their name, or a limit's name) and not one of them is a key that anybody reads. To
 *   verify that would be to verify nothing, and to apply it with `--prune` would take away what was meant to be set.
 *
 * @throws QuotaError `invalid-input` in the last case; everything may be translated.
 */
export function refuseNothingUnderstood(extraSpecs: Readonly<Record<string, string>>, subject: string): void {
  const meant = Object.keys(extraSpecs).filter(key => meansLimit(key));
  if (meant.length === 0 || meant.some(isKnown)) return;
  const named = meant.slice(0, 3).map(key => `'${key}'`).join(', ');
  const what = `none of the keys that ask for a limit is known (${named}): nothing is proved by ${subject}`;
  throw new QuotaError('invalid-input', subject, what);
}

function meansLimit(key: string): boolean {
  return key.startsWith(ownNamespace) || /quota/i.test(key) || isNameOfQuotaKey(key);
}

function isKnown(key: string): boolean {
  return key.startsWith(ownNamespace) || (key.startsWith(quotaPrefix) && findQuotaKey(key) !== undefined);
}
