import type { DomainAudit } from '../audit/domain-audit.ts';
import type { Finding, Repair } from '../audit/finding.ts';
import { deviceName } from '../domain/tuning.ts';
import { quoteArguments } from '../domain/virsh-commands.ts';
import type { AuditTally } from './audit-report.ts';
import { knobText } from './quantity.ts';
import { oneLine, type Paint } from './table.ts';

const styles = { pass: 'green', fail: 'red', inconclusive: 'yellow', 'not-applicable': 'dim' } as const;
const sources: Readonly<Record<DomainAudit['source'], string>> = {
  flavor: 'flavor',
  assignment: 'assignment',
  catalogue: 'flavor of the catalogue',
  'nova-metadata': "flavor in Nova's metadata",
  record: 'recorded by an earlier apply',
  libvirt: "libvirt's own definition",
};

/**
 * One domain: a line with the verdict and how many limits are proved, and under it what is wrong, with the cause, where
 * it can be seen, and what would repair it.
 */
export function renderDomainAudit(audit: DomainAudit, paint: Paint): string {
  const { domain, outcome, coverage, source, flavor, findings } = audit;
  const asked = `${sources[source]}${flavor === undefined ? '' : ` ${flavor}`}`;
  const proved = `${coverage.proved} of ${coverage.limits} limits proved`;
  const unseen = coverage.inconclusive === 0 ? '' : `, ${coverage.inconclusive} could not be seen`;
  const head = `${paint(styles[outcome], outcome.padEnd(12))}  ${oneLine(`${domain.name}  ${proved}${unseen}  (${asked})`)}`;
  return [head, ...findings.flatMap(found => findingLines(found, paint))].join('\n');
}

/** A domain of which nothing could be said. */
export function renderAuditError(name: string, message: string, paint: Paint): string {
  return `${paint('yellow', 'inconclusive')}  ${oneLine(`${name}  ${message}`)}`;
}

const severities = { error: 'fail', warning: 'warn', note: 'note' } as const;
const severityStyles = { error: 'red', warning: 'yellow', note: 'dim' } as const;

function findingLines(finding: Finding, paint: Paint): readonly string[] {
  const { severity, layer, subject, knob, because, cause, explanation, tolerance, evidence, repair } =
    finding;
  const limits = finding.parameters.join(', ');
  const asked = because.length === 0 ? '' : `   # ${because.join(', ')}`;
  const more = [
    `${limits} · ${cause}: ${explanation}`,
    ...(tolerance === undefined ? [] : [`tolerance: ${knobText(tolerance.values)} (${tolerance.reason})`]),
    ...(evidence === undefined ? [] : [`seen in ${evidence.source}: ${evidence.text || 'nothing there'}`]),
    ...(repair === undefined ? [] : [`repair: ${quoteArguments(repair.argv)}${noteOf(repair)}`]),
  ];
  const where = `${deviceName(finding.device)}: ${layer} ${subject} ${knob}`;
  const first = oneLine(`${where} ${comparison(finding)}${asked}`);
  const label = paint(severityStyles[severity], severities[severity]);
  return [`  ${label} ${first}`, ...more.map(line => `       ${oneLine(line)}`)];
}

function comparison({ expected, observed }: Finding): string {
  const is = observed === undefined ? 'is not there' : `is ${knobText(observed)}`;
  return `${is}, expected ${knobText(expected)}`;
}

function noteOf({ note }: Repair): string {
  return note === undefined ? '' : `   # ${note}`;
}

/** `3 domains: 2 pass, 1 fail; 50 of 51 limits proved` */
export function renderAuditTally({ domains, limits, proved, outcomes }: AuditTally): string {
  const parts = Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome}`);
  const of = `${domains} ${domains === 1 ? 'domain' : 'domains'}: ${parts.join(', ') || 'nothing to audit'}`;
  return `${of}; ${proved} of ${limits} limits proved`;
}
