import type { DomainDefinition } from '../domain/definition.ts';
import { deviceLimits, devicesIn } from '../domain/device-limits.ts';
import {
  type DeviceRef,
  type DomainTuning,
  deviceName,
  type Limits,
  type Parameter,
} from '../domain/tuning.ts';
import type { Scope } from '../ports/hypervisor.ts';
import type { HostFacts } from '../verify/host-facts.ts';
import { isUnlimited } from '../verify/unlimited.ts';
import type { Outcome, Verdict } from '../verify/verdict.ts';
import { causeOf } from './cause.ts';
import type { Finding } from './finding.ts';
import { firstBreaks } from './first-breaks.ts';

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

/** A limit through the whole chain. */
export interface LimitAudit {
  readonly device: DeviceRef;
  readonly parameter: Parameter;
  /** As libvirt counts; absent: only a definition has it. */
  readonly value?: number;
  /** The key that asked for it; absent: nobody asked, libvirt's definition has it. */
  readonly because?: string;
  /** A failing link counts most, then one that could not be seen. Of what libvirt ignores there is no link. */
  readonly outcome: Outcome;
  readonly verdicts: readonly Verdict[];
}

/** How much of what is asked is proved. */
export interface Coverage {
  /** Limits that are asked for or defined, and have a link that can be looked at. */
  readonly limits: number;
  /** Those that hold at every link. */
  readonly proved: number;
  readonly failing: number;
  readonly inconclusive: number;
  /** Of which nothing ever comes (the outbound peak of a tap), or no guest runs that could hold them. */
  readonly notApplicable: number;
}

/** One domain, audited. */
export interface DomainAudit {
  readonly domain: { readonly name: string; readonly uuid: string; readonly id?: number };
  readonly source: DesiredSource;
  readonly flavor?: string;
  readonly outcome: Outcome;
  readonly coverage: Coverage;
  readonly limits: readonly LimitAudit[];
  readonly findings: readonly Finding[];
}

/** What a domain's audit is made from. */
export interface AuditInput {
  readonly domain: DomainAudit['domain'];
  readonly source: DesiredSource;
  readonly flavor?: string;
  readonly tuning: Readonly<Partial<Record<Scope, DomainTuning>>>;
  readonly definitions: Readonly<Partial<Record<Scope, DomainDefinition>>>;
  readonly facts: Pick<HostFacts, 'ovsPorts'>;
  readonly verdicts: readonly Verdict[];
}

/** Draws the conclusions from a domain's verdicts: limit by limit, what is wrong and why, how much is proved. */
export function auditDomain(input: AuditInput): DomainAudit {
  const { domain, source, flavor, verdicts } = input;
  const limits = limitsOf(input);
  const findings = firstBreaks(verdicts).map(verdict => findingOf(verdict, input));
  const count = (outcome: Outcome) => limits.filter(limit => limit.outcome === outcome).length;
  return {
    domain,
    source,
    ...(flavor !== undefined && { flavor }),
    outcome: overall(verdicts.map(one => one.outcome)),
    coverage: {
      limits: limits.length - count('not-applicable'),
      proved: count('pass'),
      failing: count('fail'),
      inconclusive: count('inconclusive'),
      notApplicable: count('not-applicable'),
    },
    limits,
    findings,
  };
}

function findingOf(verdict: Verdict, input: AuditInput): Finding {
  const { device, parameters, because, layer, subject, knob, expected } = verdict.expectation;
  const { observed, evidence } = verdict;
  return {
    ...causeOf(verdict, input),
    device,
    parameters,
    because,
    layer,
    subject,
    knob,
    ...(expected && { expected }),
    ...(observed && { observed }),
    ...(evidence && { evidence }),
  };
}

/** Every limit that is asked for, and those that the running definition has besides. */
function limitsOf({ tuning, definitions, verdicts }: AuditInput): readonly LimitAudit[] {
  const found = new Map<string, Omit<LimitAudit, 'outcome' | 'verdicts'>>();
  const add = (device: DeviceRef, limits: Limits, because: Readonly<Partial<Record<string, string>>>) => {
    for (const [name, value] of Object.entries(limits)) {
      const parameter = name as Parameter;
      const key = `${deviceName(device)} ${parameter}`;
      if (typeof value !== 'number' || isUnlimited(parameter, value) || found.has(key)) continue;
      const asked = because[parameter];
      found.set(key, { device, parameter, value, ...(asked !== undefined && { because: asked }) });
    }
  };
  for (const one of tuning.live ?? tuning.config ?? []) add(one.device, one.limits, one.because);
  const main = definitions.live ?? definitions.config;
  if (main !== undefined) {
    for (const device of devicesIn(main)) add(device, deviceLimits(main, device) ?? {}, {});
  }
  return [...found.values()].map(limit => {
    const own = verdicts.filter(
      ({ expectation: one }) =>
        deviceName(one.device) === deviceName(limit.device) && one.parameters.includes(limit.parameter),
    );
    return { ...limit, outcome: overall(own.map(one => one.outcome)), verdicts: own };
  });
}

function overall(outcomes: readonly Outcome[]): Outcome {
  const order: readonly Outcome[] = ['fail', 'inconclusive', 'pass', 'not-applicable'];
  return order.find(outcome => outcomes.includes(outcome)) ?? 'not-applicable';
}
