import type { DomainAudit } from '../../audit/domain-audit.ts';
import type { AuditFormat } from './format.ts';

/** One sample of a metric. */
interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The few numbers of a domain that are kept for its metrics. */
interface DomainMetrics {
  readonly domain: string;
  readonly uuid: string;
  readonly limits: number;
  readonly proved: number;
  readonly failing: number;
  readonly inconclusive: number;
}

/**
 * An audit in the text format of Prometheus, for the textfile collector: four numbers a domain, and the time. Limits
 * are counted, not labelled, so that the number of series grows with the domains only. Samples of a metric stand
 * together, so the numbers are kept till the end.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export const prometheusFormat: AuditFormat = ({ at }) => {
  const kept: DomainMetrics[] = [];
  return {
    begin: () => '',
    domain: report => {
      if (!('error' in report)) kept.push(metricsOf(report));
      return '';
    },
    end: tally => [
      ...domainFamilies(kept),
      family('virt_quota_domains', 'Domains that were audited.', [{ labels: {}, value: tally.domains }]),
      ...(at === undefined ? [] : [timestamp(at)]),
    ],
  };
};

function metricsOf({ domain, coverage }: DomainAudit): DomainMetrics {
  const { limits, proved, failing, inconclusive } = coverage;
  return { domain: domain.name, uuid: domain.uuid, limits, proved, failing, inconclusive };
}

function domainFamilies(domains: readonly DomainMetrics[]): readonly string[] {
  const of = (value: (one: DomainMetrics) => number): readonly Sample[] =>
    domains.map(one => ({ labels: { domain: one.domain, uuid: one.uuid }, value: value(one) }));
  return [
    family(
      'virt_quota_limits',
      'Limits that are asked for or defined.',
      of(one => one.limits),
    ),
    family(
      'virt_quota_limits_proved',
      'Limits that hold at every layer.',
      of(one => one.proved),
    ),
    family(
      'virt_quota_limits_failing',
      'Limits that do not hold.',
      of(one => one.failing),
    ),
    family(
      'virt_quota_limits_inconclusive',
      'Limits that could not be seen.',
      of(one => one.inconclusive),
    ),
  ];
}

function timestamp(at: string): string {
  const value = Math.floor(Date.parse(at) / 1000);
  return family('virt_quota_audit_timestamp_seconds', 'When the audit began.', [{ labels: {}, value }]);
}

function family(name: string, help: string, samples: readonly Sample[]): string {
  const lines = [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} gauge`,
    ...samples.map(({ labels, value }) => `${name}${labelText(labels)} ${value}`),
  ];
  return `${lines.join('\n')}\n`;
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeLabel(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}
