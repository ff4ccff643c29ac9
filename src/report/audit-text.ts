import type { DomainAudit } from '../audit/domain-audit.ts';
import type { Finding } from '../audit/finding.ts';
import { deviceName } from '../domain/tuning.ts';
import type { Outcome } from '../verify/verdict.ts';
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
  return [head, ...findings.flatMap(found => findingLines(found, audit, paint))].join('\n');
}

/** A domain of which nothing could be said. */
export function renderAuditError(name: string, message: string, paint: Paint): string {
  return `${paint('yellow', 'inconclusive')}  ${oneLine(`${name}  ${message}`)}`;
}

function findingLines(finding: Finding, audit: DomainAudit, paint: Paint): readonly string[] {
  const { layer, subject, knob, expected, observed, because, evidence, cause, explanation } = finding;
  const limits = finding.parameters.join(', ');
  const asked = because.length === 0 ? '' : `   # ${because.join(', ')}`;
  const is = observed === undefined ? 'is not there' : `is ${knobText(observed)}`;
  const where = `${deviceName(finding.device)}: ${layer} ${subject} ${knob}`;
  const more = [
    `${limits} · ${cause}: ${explanation}`,
    ...(evidence === undefined ? [] : [`seen in ${evidence.source}`]),
    ...repairLines(finding, audit),
  ];
  const first = oneLine(`${where} ${is}, expected ${knobText(expected)}${asked}`);
  return [`  ${paint('red', 'fail')} ${first}`, ...more.map(line => `       ${oneLine(line)}`)];
}

/** What would set it right; nothing where nothing can. */
function repairLines({ cause }: Finding, { domain }: DomainAudit): readonly string[] {
  if (cause === 'cannot-be-limited') return [];
  const flags = cause === 'not-asked-for' ? ' --prune' : cause === 'lost-at-restart' ? ' --config' : '';
  return [`repair: virt-quota apply ${domain.name}${flags} …`];
}

/** How the domains of an audit came out, in all. */
export interface AuditTally {
  readonly domains: number;
  readonly limits: number;
  readonly proved: number;
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>;
}

/** `3 domains: 2 pass, 1 fail; 50 of 51 limits proved` */
export function renderAuditTally({ domains, limits, proved, outcomes }: AuditTally): string {
  const parts = Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome}`);
  const of = `${domains} ${domains === 1 ? 'domain' : 'domains'}: ${parts.join(', ') || 'nothing to audit'}`;
  return `${of}; ${proved} of ${limits} limits proved`;
}
