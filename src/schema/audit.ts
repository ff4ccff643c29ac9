import * as z from 'zod';
import type { Coverage, LimitCounts } from '../audit/coverage.ts';
import type { AuditedDomain, DesiredSource } from '../audit/domain-audit.ts';
import { causes, type Finding } from '../audit/finding.ts';
import type { LimitAudit } from '../audit/limit-audit.ts';
import type { Usage } from '../audit/usage.ts';
import type { Parameter } from '../domain/tuning.ts';
import { runStates } from '../ports/hypervisor.ts';
import type { AuditDocument, AuditedOutcome, AuditReport } from '../report/audit-report.ts';
import { device, knobMembers, knobValues, limitName, list, parameter } from './shapes.ts';
import { evidence, outcome, tolerance, verdict } from './verdict.ts';

const count = z.int().min(0);
const share = z.number().min(0).max(1);

const domain = z
  .strictObject({
    name: z.string(),
    uuid: z.string(),
    id: z.int().exactOptional().describe('absent: it does not run'),
    state: z.enum(runStates).describe("virsh's words"),
    persistent: z.boolean(),
  })
  .meta({ id: 'audited-domain' }) satisfies z.ZodType<AuditedDomain>;

const source = z.enum([
  'flavor',
  'assignment',
  'catalogue',
  'nova-metadata',
  'record',
  'libvirt',
]) satisfies z.ZodType<DesiredSource>;

const counted = {
  limits: count.describe('asked for or defined, and a link of them can be looked at'),
  proved: count.describe('in force now; of a domain that does not run: its definition has them'),
  failing: count,
  inconclusive: count,
  notApplicable: count,
  lostAtRestart: count
    .exactOptional()
    .describe('of those proved: lost at the next start; absent in older reports'),
} as const;

/** Limits by how they stand. */
export const limitCounts = z.strictObject(counted) satisfies z.ZodType<LimitCounts>;

const coverage = z
  .strictObject({
    ...counted,
    devices: z.strictObject({
      limited: count,
      unlimitedThoughAsked: list(device),
      limitedThoughUnasked: list(device),
    }),
  })
  .meta({ id: 'coverage' }) satisfies z.ZodType<Coverage>;

const limit = z
  .strictObject({
    device,
    parameter,
    value: z.number().exactOptional().describe('as libvirt counts'),
    unit: z.string().describe('empty for a weight'),
    because: z.string().exactOptional().describe('the key that asked for it; absent: nobody asked'),
    outcome: outcome.describe('whether it is in force now'),
    nextStart: outcome
      .exactOptional()
      .describe('whether the persistent definition has it; absent: nothing is known of that'),
    verdicts: list(verdict).describe('the links of its chain in order'),
    firstBroken: count.exactOptional().describe('the first link that fails now, as an index into verdicts'),
  })
  .meta({ id: 'limit-audit' }) satisfies z.ZodType<LimitAudit>;

const finding = z
  .strictObject({
    cause: z.enum(causes),
    severity: z.enum(['error', 'warning', 'note']),
    explanation: z.string(),
    device,
    parameters: list(limitName),
    because: list(z.string()),
    ...knobMembers,
    expected: knobValues.exactOptional().describe('absent: nothing must be there'),
    observed: knobValues.exactOptional().describe('absent: nothing is there'),
    tolerance: tolerance.exactOptional(),
    evidence: evidence.exactOptional(),
    repair: z
      .strictObject({ argv: list(z.string()), note: z.string().exactOptional() })
      .exactOptional()
      .describe('what would set it right; never run by an audit'),
  })
  .meta({ id: 'finding' }) satisfies z.ZodType<Finding>;

const usage = z
  .strictObject({
    device,
    parameter: parameter satisfies z.ZodType<Parameter>,
    limit: z.number(),
    unit: z.string(),
    used: z.number().exactOptional().describe('over the interval; absent: counters were read once'),
    ratio: z.number().exactOptional(),
    throttled: z
      .strictObject({
        ratio: share.describe('of periods or packets'),
        counters: z.record(z.string(), z.number()).describe("since the domain's start"),
      })
      .exactOptional(),
    isBiting: z.boolean(),
    exceeds: z.boolean(),
    evidence,
  })
  .meta({ id: 'usage' }) satisfies z.ZodType<Usage>;

const version = { schemaVersion: z.literal(1) };

const domainOutcome = z.enum([...outcome.options, 'gone']) satisfies z.ZodType<AuditedOutcome>;

/** One domain of an audit, and a line of `audit -f jsonl`. */
export const domainAudit = z
  .union([
    z.strictObject({
      ...version,
      kind: z.literal('domain-audit'),
      domain,
      source,
      flavor: z.string().exactOptional(),
      outcome: outcome.describe('whether what shall be in force is so now'),
      nextStart: outcome.exactOptional().describe('whether it will be after the next start'),
      coverage,
      limits: list(limit),
      findings: list(finding),
      usage: list(usage),
    }),
    z.strictObject({
      ...version,
      kind: z.literal('domain-audit'),
      domain: z.strictObject({ name: z.string(), uuid: z.string() }),
      outcome: z.enum(['inconclusive', 'gone']).describe('gone: it went away while it was read'),
      error: z.strictObject({ code: z.string(), message: z.string() }),
    }),
  ])
  .meta({ id: 'domain-audit' }) satisfies z.ZodType<AuditReport>;

/** What `audit -f json` prints, as one document. */
export const auditDocument = z
  .strictObject({
    ...version,
    kind: z.literal('audit'),
    host: z
      .strictObject({ driver: z.string(), uri: z.string(), libvirtVersion: z.int() })
      .exactOptional()
      .describe('9.0.0 is 9000000'),
    at: z.iso.datetime().describe('when the audit began, in UTC'),
    summary: z.strictObject({
      domains: count,
      limits: count.describe('of domains that run'),
      proved: count.describe('of domains that run: in force now'),
      lostAtRestart: count.exactOptional().describe('of those proved: lost at the next start'),
      notRunning: z
        .strictObject({ limits: count, proved: count })
        .exactOptional()
        .describe(
          'of domains that do not run: nothing of it is in force, and so much is in their definitions',
        ),
      outcomes: z.partialRecord(domainOutcome, count),
      nextStart: z
        .partialRecord(outcome, count)
        .exactOptional()
        .describe('how domains come out of their next start, where that is known'),
    }),
    domains: list(domainAudit),
  })
  .meta({ id: 'audit' }) satisfies z.ZodType<AuditDocument>;

/** What `audit` prints with `-f json`, and with `-f jsonl` on each line. */
export const audit = z.union([auditDocument, domainAudit]);
