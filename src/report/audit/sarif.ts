import type { DomainAudit } from '../../audit/domain-audit.ts';
import { type Cause, causes, type Finding } from '../../audit/finding.ts';
import type { LimitAudit } from '../../audit/limit-audit.ts';
import { severityOf } from '../../audit/severity.ts';
import { deviceName } from '../../domain/tuning.ts';
import { quoteArguments } from '../../domain/virsh-commands.ts';
import { printableJson } from '../../printable.ts';
import type { Outcome } from '../../verify/verdict.ts';
import type { AuditReport } from '../audit-report.ts';
import { knobLine } from '../knob-quantity.ts';
import { tallyCountsText } from '../limit-counts-text.ts';
import { oneLine } from '../table.ts';
import { verdictSentence } from '../verdict-table.ts';
import { causeTexts } from './cause-text.ts';
import type { AuditFormat } from './format.ts';
import { findingSentence, limitValue } from './wording.ts';

/** The rule of limits that are told whole, not by what is wrong with them. */
const limitRule = {
  id: 'limit',
  shortDescription: { text: 'A limit through its whole chain.' },
  help: {
    text: 'A limit that could not be seen; with --all also one that holds, or that nothing ever comes of.',
  },
  defaultConfiguration: { level: 'none' },
} as const;

const rules = [
  ...causes.map(cause => ({
    id: cause,
    shortDescription: { text: `${causeTexts[cause].title}.` },
    fullDescription: { text: causeTexts[cause].help },
    help: { text: causeTexts[cause].help },
    defaultConfiguration: { level: severityOf(cause) },
  })),
  limitRule,
];

/** What SARIF calls the outcomes that are no failure. */
const kinds: Readonly<Record<Exclude<Outcome, 'fail'>, string>> = {
  pass: 'pass',
  inconclusive: 'open',
  'not-applicable': 'notApplicable',
};

/**
 * For tools that take the findings of analyses: a result for each finding that something is wrong, and an open one for
 * each limit that could not be seen. With `all` also findings that are notes, and every limit that does not fail.
 *
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export const sarifFormat: AuditFormat = ({ at, host }, { all = false, version }) => {
  let separator = '\n';
  const notifications: object[] = [];
  return {
    begin: () => {
      const driver = { name: 'virt-quota', ...(version !== undefined && { version }), rules };
      const run = JSON.stringify({ tool: { driver }, columnKind: 'utf16CodeUnits' }, null, 2);
      const schema = 'https://json.schemastore.org/sarif-2.1.0.json';
      return `{\n"$schema": "${schema}",\n"version": "2.1.0",\n"runs": [\n${run.slice(0, -2)},\n  "results": [`;
    },
    domain: report => {
      if ('error' in report) notifications.push(notification(report));
      const results = 'error' in report ? [] : resultsOf(report, all);
      return results
        .map(result => {
          const text = `${separator}${printableJson(result)}`;
          separator = ',\n';
          return text;
        })
        .join('');
    },
    end: tally => {
      const invocation = {
        executionSuccessful: tally.outcomes.gone === notifications.length || notifications.length === 0,
        ...(at !== undefined && { startTimeUtc: at }),
        ...(notifications.length > 0 && { toolExecutionNotifications: notifications }),
        ...((host || tally.domains > 0) && {
          properties: {
            ...(host && { host }),
            ...(tally.domains > 0 && { summary: tallyCountsText(tally) }),
          },
        }),
      };
      return [`\n  ],\n  "invocations": [${printableJson(invocation)}]\n}\n]\n}\n`];
    },
  };
};

function notification({ domain, outcome, error }: Extract<AuditReport, { readonly error: object }>): object {
  return {
    level: outcome === 'gone' ? 'note' : 'error',
    descriptor: { id: error.code },
    message: { text: oneLine(`${domain.name}: ${error.message}`) },
    locations: [{ logicalLocations: [{ name: domain.name, kind: 'domain' }] }],
  };
}

function resultsOf(audit: DomainAudit, all: boolean): readonly object[] {
  const findings = audit.findings.filter(one => all || one.severity !== 'note');
  const limits = audit.limits.filter(
    one => one.outcome === 'inconclusive' || (all && one.outcome !== 'fail'),
  );
  return [
    ...findings.map(finding => findingResult(finding, audit)),
    ...limits.map(limit => limitResult(limit, audit)),
  ];
}

function findingResult(finding: Finding, { domain }: DomainAudit): object {
  const { cause, severity, explanation, device, layer, subject, knob, evidence, repair } = finding;
  const where = `${layer} ${subject} ${knob}`;
  const names = [domain.name, deviceName(device), where];
  return {
    ...ruleOf(cause),
    level: severity,
    message: { text: oneLine(`${domain.name}: ${findingSentence(finding)}. ${explanation}.`) },
    locations: [{ ...fileOf(evidence?.source), logicalLocations: logicalLocations(names) }],
    partialFingerprints: { 'finding/v1': fingerprint(finding, domain.uuid) },
    properties: {
      limits: finding.parameters,
      because: finding.because,
      expected: knobLine(finding, finding.expected),
      observed: knobLine(finding, finding.observed),
      ...(evidence && { evidence }),
      ...(repair && { repair: quoteArguments(repair.argv) }),
    },
  };
}

function limitResult(limit: LimitAudit, { domain }: DomainAudit): object {
  const { device, parameter, outcome, verdicts } = limit;
  const unread = verdicts.find(one => one.outcome === 'inconclusive');
  const why = outcome === 'inconclusive' && unread ? ` (${verdictSentence(unread)})` : '';
  const text = `${domain.name}: ${deviceName(device)} ${parameter} ${limitValue(limit)}: ${outcome}${why}`;
  return {
    ...ruleOf('limit'),
    kind: outcome === 'fail' ? 'fail' : kinds[outcome],
    level: 'none',
    message: { text: oneLine(text) },
    locations: [{ logicalLocations: logicalLocations([domain.name, deviceName(device), parameter]) }],
    partialFingerprints: { 'limit/v1': [domain.uuid, deviceName(device), parameter].join('/') },
  };
}

function ruleOf(id: Cause | 'limit') {
  return { ruleId: id, ruleIndex: rules.findIndex(rule => rule.id === id) };
}

const locationKinds = ['domain', 'device', 'knob'] as const;

/** From the domain down, each with its whole name. */
function logicalLocations(names: readonly string[]): readonly object[] {
  return names.map((name, index) => ({
    name,
    kind: locationKinds[index],
    fullyQualifiedName: names.slice(0, index + 1).join('/'),
  }));
}

/** Evidence that is a file of the host. */
function fileOf(source: string | undefined): object {
  if (source === undefined || !source.startsWith('/')) return {};
  const path = source.replace(/\p{Surrogate}/gu, '\ufffd');
  const uri = `file://${path.split('/').map(encodeURIComponent).join('/')}`;
  return { physicalLocation: { artifactLocation: { uri } } };
}

/** The same as long as the same thing is wrong. Taps get other names with each start, so that theirs do not count. */
function fingerprint(finding: Finding, uuid: string): string {
  const { device, layer, subject, knob, cause, parameters } = finding;
  const stable = device.kind === 'interface' ? [] : [subject];
  return [uuid, deviceName(device), layer, ...stable, knob, parameters.join('+'), cause].join('/');
}
