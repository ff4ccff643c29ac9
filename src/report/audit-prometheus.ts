import type { DomainAudit } from '../audit/domain-audit.ts';
import type { AuditTally } from './audit-text.ts';

/** One sample of a metric. */
interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The few numbers of a domain that are kept for its metrics. */
export interface DomainMetrics {
  readonly domain: string;
  readonly uuid: string;
  readonly limits: number;
  readonly proved: number;
  readonly failing: number;
  readonly inconclusive: number;
}

/** What the metrics of one domain are made from. */
export function domainMetrics({ domain, coverage }: DomainAudit): DomainMetrics {
  const { limits, proved, failing, inconclusive } = coverage;
  return { domain: domain.name, uuid: domain.uuid, limits, proved, failing, inconclusive };
}

/**
 * An audit in the text format of Prometheus, for the textfile collector: four numbers a domain, and the time. Limits
 * are counted, not labelled, so that the number of series grows with the domains only.
 *
 * @param atSeconds Unix time of the audit
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function renderPrometheus(
  domains: readonly DomainMetrics[],
  tally: AuditTally,
  atSeconds: number,
): string {
  const of = (value: (one: DomainMetrics) => number): readonly Sample[] =>
    domains.map(one => ({ labels: { domain: one.domain, uuid: one.uuid }, value: value(one) }));
  return [
    ...family(
      'virt_quota_limits',
      'Limits that are asked for or defined.',
      of(one => one.limits),
    ),
    ...family(
      'virt_quota_limits_proved',
      'Limits that hold at every layer.',
      of(one => one.proved),
    ),
    ...family(
      'virt_quota_limits_failing',
      'Limits that do not hold.',
      of(one => one.failing),
    ),
    ...family(
      'virt_quota_limits_inconclusive',
      'Limits that could not be seen.',
      of(one => one.inconclusive),
    ),
    ...family('virt_quota_domains', 'Domains that were audited.', [{ labels: {}, value: tally.domains }]),
    ...family('virt_quota_audit_timestamp_seconds', 'When the audit ended.', [
      { labels: {}, value: atSeconds },
    ]),
    '',
  ].join('\n');
}

function family(name: string, help: string, samples: readonly Sample[]): readonly string[] {
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} gauge`,
    ...samples.map(({ labels, value }) => `${name}${labelText(labels)} ${value}`),
  ];
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeLabel(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}
