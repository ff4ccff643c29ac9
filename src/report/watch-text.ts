import type { AuditChanges } from '../audit/changes.ts';
import type { DomainAudit } from '../audit/domain-audit.ts';
import { deviceName } from '../domain/tuning.ts';
import { renderDomainAudit } from './audit-text.ts';
import { oneLine, type Paint } from './table.ts';

/** What changed of a domain: its line as an audit has it, what is wrong now, and what no longer is. */
export function renderAuditChanges(
  audit: DomainAudit,
  { appeared, resolved }: AuditChanges,
  because: readonly string[],
  paint: Paint,
): string {
  const [head = '', ...findings] = renderDomainAudit({ ...audit, findings: appeared }, paint).split('\n');
  const why = because.length === 0 ? '' : `  after ${because.join(', ')}`;
  const again = resolved.map(
    ({ device, layer, subject, knob }) =>
      `  ${paint('green', 'good')} ${oneLine(`${deviceName(device)}: ${layer} ${subject} ${knob} is as it shall be again`)}`,
  );
  return [`${head}${oneLine(why)}`, ...findings, ...again].join('\n');
}
