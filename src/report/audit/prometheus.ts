import type { DomainAudit } from '../../audit/domain-audit.ts';
import { printable } from '../../printable.ts';
import type { AuditFormat } from './format.ts';
import { limitFamilies } from './prometheus-limits.ts';

/** One sample of a metric, without the labels that name its domain. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric: a gauge with samples of each domain. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly samplesOf: (audit: DomainAudit) => readonly Sample[];
}

const domainFamilies: readonly Family[] = [
  {
    name: 'virt_quota_limits',
    help: 'Limits that are asked for or defined.',
    samplesOf: ({ coverage }) => [{ value: coverage.limits }],
  },
  {
    name: 'virt_quota_limits_proved',
    help: 'Limits that are in force now (of a domain that does not run: that its definition has).',
    samplesOf: ({ coverage }) => [{ value: coverage.proved }],
  },
  {
    name: 'virt_quota_limits_lost_at_restart',
    help: 'Limits that are in force now and lost at the next start.',
    samplesOf: ({ coverage: { lostAtRestart: value } }) => (value === undefined ? [] : [{ value }]),
  },
  {
    name: 'virt_quota_limits_failing',
    help: 'Limits that do not hold.',
    samplesOf: ({ coverage }) => [{ value: coverage.failing }],
  },
  {
    name: 'virt_quota_limits_inconclusive',
    help: 'Limits that could not be seen.',
    samplesOf: ({ coverage }) => [{ value: coverage.inconclusive }],
  },
  {
    name: 'virt_quota_findings',
    help: 'What is wrong, limits that nobody asked for among it.',
    samplesOf: ({ findings }) => [{ value: findings.filter(one => one.severity !== 'note').length }],
  },
];

/**
 * An audit in the text format of Prometheus, for the textfile collector: six numbers a domain, how many domains, and
 * the time. With `metrics: 'limits'` also what each limit is and whether it is proved; otherwise the number of series
 * grows with the domains only. Samples of a metric stand together, so they are kept till the end.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export const prometheusFormat: AuditFormat = ({ at }, { metrics = 'domains' }) => {
  const families = metrics === 'limits' ? [...domainFamilies, ...limitFamilies] : domainFamilies;
  // By domain, because one that is told twice must not be two samples of one series.
  const kept = new Map<string, readonly string[]>();
  let unread = 0;
  let gone = 0;
  return {
    begin: () => '',
    domain: report => {
      if (report.outcome === 'gone') gone += 1;
      else if ('error' in report) unread += 1;
      else kept.set(`${report.domain.uuid} ${report.domain.name}`, linesOf(report, families));
      return '';
    },
    *end() {
      for (const [index, { name, help }] of families.entries()) {
        const samples = [...kept.values()].map(lines => lines[index] ?? '').join('');
        if (samples !== '') yield `${headOf(name, help)}${samples}`;
      }
      yield whole('virt_quota_domains', 'Domains that were audited.', kept.size);
      yield whole('virt_quota_domains_unread', 'Domains that could not be audited.', unread);
      yield whole('virt_quota_domains_gone', 'Domains that went away while they were read.', gone);
      if (at !== undefined) {
        const seconds = Math.floor(Date.parse(at) / 1000);
        yield whole('virt_quota_audit_timestamp_seconds', 'When the audit began.', seconds);
      }
    },
  };
};

/** The lines of one domain, for each family. */
function linesOf(audit: DomainAudit, families: readonly Family[]): readonly string[] {
  const domain = { domain: audit.domain.name, uuid: audit.domain.uuid };
  return families.map(({ name, samplesOf }) =>
    samplesOf(audit)
      .map(({ labels, value }) => `${name}${labelText({ ...domain, ...labels })} ${value}\n`)
      .join(''),
  );
}

function whole(name: string, help: string, value: number): string {
  return `${headOf(name, help)}${name} ${value}\n`;
}

function headOf(name: string, help: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n`;
}

function labelText(labels: Readonly<Record<string, string>>): string {
  return `{${Object.entries(labels)
    .map(([name, value]) => `${name}="${escapeLabel(value)}"`)
    .join(',')}}`;
}

/** The grammar has three escapes. What a terminal would obey becomes text such as `\u001b`, with its backslash escaped. */
function escapeLabel(value: string): string {
  return printable(value.replaceAll('\r', '\\u000d'))
    .replace(/\\/g, '\\\\')
    .replace(/"/g, '\\"')
    .replace(/\n/g, '\\n');
}
