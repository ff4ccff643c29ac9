import type { Cause, Severity } from './finding.ts';

const others: Readonly<Partial<Record<Cause, Severity>>> = {
  'lost-at-restart': 'warning',
  'not-asked-for': 'warning',
  'stale-limit': 'warning',
  'counters-exceed': 'warning',
  'orphaned-ovs-rows': 'warning',
  'policy-beside-vif-quota': 'warning',
  biting: 'note',
};

/** How much a finding weighs: whatever keeps a limit from holding is an error. */
export function severityOf(cause: Cause): Severity {
  return others[cause] ?? 'error';
}
