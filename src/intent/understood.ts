import { QuotaError } from '../errors.ts';
import { isUnknownKey } from './near-key.ts';
import { ownNamespace } from './own-keys.ts';
import { findQuotaKey, quotaPrefix } from './quota-keys.ts';

/** What Nova, its drivers and its scheduler read extra specs for. @see nova nova/api/validation/extra_specs/ */
const namespaces: ReadonlySet<string> = new Set([
  ...[
    'quota',
    'virt-quota',
    'hw',
    'hw_rng',
    'hw_video',
    'os',
    'resources',
    'trait',
    'accel',
    'pci_passthrough',
    'vmware',
  ],
  ...[
    'powervm',
    'aggregate_instance_extra_specs',
    'capabilities',
    'filter',
    'pci_passthrough',
    'group_policy',
    'hide_hypervisor_id',
  ],
]);

/**
 * The namespace that a key's name tells it to be of: one of Nova's, ours, or `quota` for what is spelt nearly like a key of
 * it, so that it is told as such and not lost. undefined: nothing tells that it is an extra spec at all.
 */
export function extraSpecNamespace(key: string): string | undefined {
  const space = /^([\w-]+?)[0-9]*(?::|$)/.exec(key)?.[1] ?? '';
  if (namespaces.has(space) && (key.includes(':') || space === 'hide_hypervisor_id')) return space;
  if (isUnknownKey(key)) return 'quota';
  return /^(?:cpu|vif|memory|blkio|emulator|iothread|global|disk_(?:read|write|total))_/.test(key)
    ? 'virt-quota'
    : undefined;
}

/**
 * The keys that mean to ask for a limit where nobody reads any of them: such a flavor proves nothing. Empty: it proves
 * something, if only that no limit is asked for. The line between "understood, asks for nothing" and "nothing understood":
 *
 * - *Understood* is a flavor whose form says where its extra specs are (`extra_specs`, `properties`, a command that sets
 *   them), even when there are none, or only such of other namespaces (`hw:…`, an operator's own): it asks for no limit.
 * - *Understood* are extra specs alone as soon as one is of a namespace of Nova's or ours (`flavor-forms.ts` refuses others).
 * - *Nothing is understood* of a flavor that has not told its extra specs (`flavor-forms.ts` refuses it), and where keys
 *   look as if they ask for a limit (`near-key.ts`) and not one of them is a key that anybody reads. To
 *   verify that would be to verify nothing, and to apply it with `--prune` would take away what was meant to be set.
 */
export function notUnderstood(extraSpecs: Readonly<Record<string, string>>): readonly string[] {
  const keys = Object.keys(extraSpecs);
  return keys.some(isKnown) ? [] : keys.filter(isUnknownKey);
}

/**
 * Refuses a flavor that proves nothing; it may be translated all the same, which says of each key that it is unknown.
 *
 * @throws QuotaError `invalid-input`
 */
export function refuseNothingUnderstood(extraSpecs: Readonly<Record<string, string>>, subject: string): void {
  const unknown = notUnderstood(extraSpecs);
  if (unknown.length === 0) return;
  const what = `${subject}: none of the keys that ask for a limit is known (${quotedKeys(unknown)}), so it proves nothing`;
  throw new QuotaError('invalid-input', subject, what);
}

/** Some of them, for a message. */
export function quotedKeys(keys: readonly string[]): string {
  const named = keys.slice(0, NAMED).map(key => `'${key}'`);
  return [...named, ...(keys.length > NAMED ? [`${keys.length - NAMED} more`] : [])].join(', ');
}

/** So many keys are named. */
const NAMED = 3;

/** A key of ours that there is not is an error of its own. */
function isKnown(key: string): boolean {
  return key.startsWith(ownNamespace) || (key.startsWith(quotaPrefix) && findQuotaKey(key) !== undefined);
}
