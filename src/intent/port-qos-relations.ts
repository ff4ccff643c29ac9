import type { Diagnostic } from '../diagnostics.ts';
import type { PortQosRule } from './port-qos-rule.ts';

/** What one full packet of 1500 bytes needs, in kbit: a smaller burst lets none through. */
export const mtuKbit = 12;

/**
 * What must hold between rules: one of each type and direction, no guarantee above its limit, no burst below one packet.
 *
 * @see neutron neutron/objects/qos/qos_policy_validator.py
 */
export function checkRules(rules: readonly PortQosRule[]): readonly Diagnostic[] {
  return rules.flatMap((rule, index) => [
    ...duplicates(rule, rules.slice(0, index)),
    ...aboveLimit(rule, rules),
    ...smallBurst(rule),
  ]);
}

function duplicates(rule: PortQosRule, before: readonly PortQosRule[]): readonly Diagnostic[] {
  const other = before.find(
    one => one.type === rule.type && (one.direction === rule.direction || mixesAny(one, rule)),
  );
  if (other === undefined) return [];
  return [{ code: 'duplicate-rule', severity: 'error', path: rule.path, args: { other: other.path } }];
}

/** A rule for both directions together and one for a single direction exclude each other. */
function mixesAny(one: PortQosRule, other: PortQosRule): boolean {
  return one.type === 'minimum_packet_rate' && (one.direction === 'any' || other.direction === 'any');
}

const limitOf: Readonly<Partial<Record<PortQosRule['type'], PortQosRule['type']>>> = {
  minimum_bandwidth: 'bandwidth_limit',
  minimum_packet_rate: 'packet_rate_limit',
};

function aboveLimit(rule: PortQosRule, rules: readonly PortQosRule[]): readonly Diagnostic[] {
  const limit = rules.find(one => one.type === limitOf[rule.type] && one.direction === rule.direction);
  if (limit === undefined || rule.value <= limit.value) return [];
  const key = rule.type === 'minimum_bandwidth' ? 'min_kbps' : 'min_kpps';
  return [
    {
      code: 'min-above-max',
      severity: 'error',
      path: `${rule.path}.${key}`,
      value: String(rule.value),
      args: { max: limit.value, other: limit.path },
    },
  ];
}

function smallBurst(rule: PortQosRule): readonly Diagnostic[] {
  if (rule.type !== 'bandwidth_limit' || rule.burst === 0 || rule.burst >= mtuKbit) return [];
  const path = `${rule.path}.max_burst_kbps`;
  const args = { min: mtuKbit, unit: 'kbit' };
  return [{ code: 'burst-below-mtu', severity: 'error', path, value: String(rule.burst), args }];
}
