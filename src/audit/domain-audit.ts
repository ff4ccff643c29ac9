import { type DomainTuning, deviceName } from '../domain/tuning.ts';
import type { RunState, Scope } from '../ports/hypervisor.ts';
import type { Outcome, Verdict } from '../verify/verdict.ts';
import { causeOf } from './cause.ts';
import type { CauseContext } from './cause-context.ts';
import type { CounterSamples } from './counters.ts';
import { type Coverage, coverageOf } from './coverage.ts';
import { definitionDrift } from './definition-drift.ts';
import type { Finding, Severity } from './finding.ts';
import { firstBreaks } from './first-breaks.ts';
import { type LimitAudit, limitAudits } from './limit-audit.ts';
import { policiesBeside } from './neutron-policy.ts';
import { orphansOf } from './orphaned-rows.ts';
import { type RepairContext, repairOf } from './repair.ts';
import { severityOf } from './severity.ts';
import { staleLimits } from './stale-limits.ts';
import { isOfNextStart, overallOutcome, standingOf } from './standing.ts';
import type { Usage } from './usage.ts';
import { measure, useFindings } from './use.ts';

/** Where it is known from what a domain shall have; the first of these that there is. */
export type DesiredSource =
  /** Given with the command. */
  | 'flavor'
  /** A line of the assignments. */
  | 'assignment'
  /** A catalogue of flavors, by the name or id in Nova's metadata. */
  | 'catalogue'
  /** Extra specs in Nova's metadata (Nova ≥ 32). */
  | 'nova-metadata'
  /** What an earlier apply recorded. */
  | 'record'
  /** Nobody says: the kernel shall hold what libvirt's running definition has. */
  | 'libvirt';

/** Which domain it is, and whether it runs. */
export interface AuditedDomain {
  readonly name: string;
  readonly uuid: string;
  /** Absent when it does not run. */
  readonly id?: number;
  readonly state: RunState;
  readonly persistent: boolean;
}

/** One domain, audited. */
export interface DomainAudit {
  readonly domain: AuditedDomain;
  readonly source: DesiredSource;
  readonly flavor?: string;
  /** Whether what shall be in force is in force now; of a domain that does not run, whether its definition has it. */
  readonly outcome: Outcome;
  /** Whether it will be after the next start; absent: nothing is known of that (a transient domain), or an older report. */
  readonly nextStart?: Outcome;
  readonly coverage: Coverage;
  readonly limits: readonly LimitAudit[];
  readonly findings: readonly Finding[];
  readonly usage: readonly Usage[];
}

/** What a domain's audit is made from. */
export interface AuditInput extends CauseContext {
  readonly domain: AuditedDomain;
  readonly source: DesiredSource;
  readonly flavor?: string;
  readonly tuning: Readonly<Partial<Record<Scope, DomainTuning>>>;
  /** How an apply would be told what is wanted; absent: nobody says what is. */
  readonly repair?: RepairContext;
  /** Absent: no counters were read. */
  readonly samples?: CounterSamples;
}

/** Draws the conclusions from a domain's verdicts: limit by limit, what is wrong and why, how much is proved. */
export function auditDomain(input: AuditInput): DomainAudit {
  const { domain, source, flavor, verdicts, definitions, tuning, samples } = input;
  const runs = definitions.live !== undefined;
  const drift = definitionDrift(input);
  const limits = withDrift(limitAudits(input), drift, input);
  const { outcome, nextStart } = standingOf(verdicts, runs);
  const then = overallOutcome([nextStart, ...limits.flatMap(one => one.nextStart ?? [])]);
  const definition = definitions.live ?? definitions.config;
  const { live } = definitions;
  const measured = measure({ limits, ...(live && { live }), ...(samples && { samples }) });
  const asked = source === 'libvirt' ? undefined : (tuning.live ?? tuning.config);
  const breaks = firstBreaks(verdicts).map(verdict => findingOf(verdict, input));
  return {
    domain,
    source,
    ...(flavor !== undefined && { flavor }),
    outcome,
    ...(then !== 'not-applicable' && { nextStart: then }),
    coverage: coverageOf({ limits, ...(definition && { definition }), ...(asked && { asked }) }),
    limits,
    findings: [
      ...breaks,
      ...policiesBeside(input, breaks),
      ...orphansOf(input),
      ...staleLimits(input),
      ...drift,
      ...useFindings(measured, limits),
    ],
    usage: measured.map(one => one.usage),
  };
}

/** Where nobody says what is wanted, what the running definition has is lost where the persistent one has less. */
function withDrift(
  limits: readonly LimitAudit[],
  drift: readonly Finding[],
  { source, definitions: { live, config } }: AuditInput,
): readonly LimitAudit[] {
  if (source !== 'libvirt' || live === undefined || config === undefined) return limits;
  const lost = new Set(
    drift
      .filter(one => one.cause === 'lost-at-restart')
      .flatMap(one => one.parameters.map(parameter => `${deviceName(one.device)} ${parameter}`)),
  );
  return limits.map(({ device, parameter, ...rest }) => {
    const nextStart = lost.has(`${deviceName(device)} ${parameter}`) ? 'fail' : 'pass';
    return { device, parameter, ...rest, nextStart };
  });
}

function findingOf(verdict: Verdict, input: AuditInput): Finding {
  const { device, parameters, because, layer, subject, knob, expected, tolerance } = verdict.expectation;
  const { observed, evidence } = verdict;
  const told = causeOf(verdict, input);
  const repair = told.repair ?? repairOf(told, verdict, input);
  return {
    cause: told.cause,
    severity: severityNow(told.severity ?? severityOf(told.cause), verdict, input),
    explanation: told.explanation,
    device,
    parameters,
    because,
    layer,
    subject,
    knob,
    ...(expected && { expected }),
    ...(observed && { observed }),
    ...(tolerance && { tolerance }),
    ...(evidence && { evidence }),
    ...(repair && { repair }),
  };
}

/** What only the next start makes of a running domain is no error yet. */
function severityNow(severity: Severity, verdict: Verdict, { definitions }: AuditInput): Severity {
  const isLater = definitions.live !== undefined && isOfNextStart(verdict);
  return isLater && severity === 'error' ? 'warning' : severity;
}
