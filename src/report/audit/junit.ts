import type { DomainAudit } from '../../audit/domain-audit.ts';
import type { Finding } from '../../audit/finding.ts';
import type { LimitAudit } from '../../audit/limit-audit.ts';
import { deviceName } from '../../domain/tuning.ts';
import { quoteArguments } from '../../domain/virsh-commands.ts';
import type { AuditReport } from '../audit-report.ts';
import { limitCountsText } from '../limit-counts-text.ts';
import { verdictSentence } from '../verdict-table.ts';
import { escaped } from '../xml-text.ts';
import type { AuditFormat, AuditHead } from './format.ts';
import { evidenceLine, findingOf, findingSentence, findingsApart, sourceText } from './wording.ts';

/** A test case: a limit, or a finding that is about no limit. */
interface Case {
  readonly device: string;
  readonly name: string;
  readonly result?: {
    readonly element: 'failure' | 'error' | 'skipped';
    readonly type: string;
    readonly message: string;
    readonly text?: string;
  };
}

/**
 * For continuous integration: a test suite a domain, a test case a limit. What does not hold is a failure, what could
 * not be seen an error; what nothing ever comes of is skipped, and what the next start alone takes away. Valid for the schemas of Ant and of Jenkins.
 */
export const junitFormat: AuditFormat = head => {
  let id = 0;
  return {
    begin: () => '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n',
    domain: report => suite(report, id++, head),
    end: () => ['</testsuites>\n'],
  };
};

function suite(report: AuditReport, id: number, head: AuditHead): string {
  const cases = casesOf(report);
  const count = (element: string) => cases.filter(one => one.result?.element === element).length;
  const attributes = attributesText({
    id: String(id),
    package: 'virt-quota',
    name: report.domain.name,
    tests: String(cases.length),
    failures: String(count('failure')),
    errors: String(count('error')),
    skipped: String(count('skipped')),
    time: '0',
    ...(head.at !== undefined && { timestamp: head.at.slice(0, 19) }),
    hostname: hostName(head),
  });
  return [
    `  <testsuite${attributes}>`,
    '    <properties>',
    ...propertiesOf(report).map(one => `      <property${attributesText(one)}/>`),
    '    </properties>',
    ...cases.map(one => caseText(one, report.domain.name)),
    '    <system-out/>',
    '    <system-err/>',
    '  </testsuite>',
    '',
  ].join('\n');
}

function propertiesOf(report: AuditReport): readonly { readonly name: string; readonly value: string }[] {
  const uuid = { name: 'uuid', value: report.domain.uuid };
  if ('error' in report) return [uuid];
  return [
    uuid,
    { name: 'state', value: report.domain.state },
    { name: 'asked', value: sourceText(report) },
    { name: 'limits', value: limitCountsText(report.domain, report.coverage) },
  ];
}

function casesOf(report: AuditReport): readonly Case[] {
  if ('error' in report) {
    const { code: type, message } = report.error;
    const element = report.outcome === 'gone' ? 'skipped' : 'error';
    return [{ device: 'domain', name: 'audit', result: { element, type, message } }];
  }
  const apart = findingsApart(report).filter(one => one.severity !== 'note');
  const runs = report.domain.id !== undefined;
  return [
    ...report.limits.map(limit => limitCase(limit, report)),
    ...apart.map(finding => findingCase(finding, runs)),
  ];
}

function limitCase(limit: LimitAudit, { findings }: DomainAudit): Case {
  const base = { device: deviceName(limit.device), name: limit.parameter };
  const telling = (outcome: string) => limit.verdicts.find(one => one.outcome === outcome);
  switch (limit.outcome) {
    case 'fail': {
      const finding = findingOf(limit, findings);
      const broken = limit.verdicts[limit.firstBroken ?? -1] ?? telling('fail');
      const message = broken === undefined ? 'it does not hold' : verdictSentence(broken);
      const type = finding?.cause ?? 'fail';
      const text = finding && findingText(finding);
      return { ...base, result: { element: 'failure', type, message, ...(text && { text }) } };
    }
    case 'inconclusive': {
      const unseen = telling('inconclusive');
      const message = unseen === undefined ? 'it could not be seen' : verdictSentence(unseen);
      return { ...base, result: { element: 'error', type: 'inconclusive', message } };
    }
    case 'not-applicable': {
      const message = telling('not-applicable')?.detail ?? 'nothing enforces it';
      return { ...base, result: { element: 'skipped', type: 'not-applicable', message } };
    }
    default:
      return base;
  }
}

/** What only the next start takes away does not fail now: it is skipped, with its reason. */
function findingCase(finding: Finding, runs: boolean): Case {
  const { device, cause: type, layer, subject, knob, explanation } = finding;
  const base = { device: deviceName(device), name: `${layer} ${subject} ${knob}` };
  const message = findingSentence(finding);
  if (runs && layer === 'config') {
    const later = `at the next start: ${message} (${type}: ${explanation})`;
    return { ...base, result: { element: 'skipped', type, message: later } };
  }
  return { ...base, result: { element: 'failure', type, message, text: findingText(finding) } };
}

function findingText({ explanation, evidence, repair }: Finding): string {
  const seen = evidence === undefined ? '' : ` Seen in: ${evidenceLine(evidence)}.`;
  return `${explanation}.${seen}${repair === undefined ? '' : ` Repair: ${quoteArguments(repair.argv)}`}`;
}

function caseText({ device, name, result }: Case, domain: string): string {
  const opening = `    <testcase${attributesText({ classname: `${domain}.${device}`, name, time: '0' })}`;
  if (result === undefined) return `${opening}/>`;
  const { element, type, message, text = '' } = result;
  // Ant's schema has no type for what is skipped.
  const attributes = element === 'skipped' ? { message } : { type, message };
  const inner = `<${element}${attributesText(attributes)}>${escaped(text)}</${element}>`;
  return `${opening}>\n      ${inner}\n    </testcase>`;
}

function attributesText(attributes: Readonly<Record<string, string>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escaped(value)}"`)
    .join('');
}

/** `localhost` stands for whatever is not known, as the schema has it. */
function hostName({ host }: AuditHead): string {
  return /^[^/]*:\/\/(?:[^@/]*@)?([\w.-]+)/.exec(host?.uri ?? '')?.[1] ?? 'localhost';
}
