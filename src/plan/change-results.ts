import { type DeviceRef, deviceName, type LimitName } from '../domain/tuning.ts';
import type { Scope } from '../ports/hypervisor.ts';
import { knobName } from '../verify/expectation.ts';
import type { Verdict } from '../verify/verdict.ts';
import type { ApplyResult, StepResult } from './apply-result.ts';
import type { Change } from './change.ts';

/** What became of one limit in one definition, and where that can be seen. */
export interface ChangeResult {
  readonly scope: Scope;
  /** `cpu`, `disk vda`, `interface 52:54:…`. */
  readonly device: string;
  readonly parameter: LimitName;
  /** The key that asked for it. */
  readonly because?: string;
  /** Absent: not set. */
  readonly before?: number | string;
  /** What was asked; absent: the limit was to go. */
  readonly after?: number | string;
  /** `unchanged`: libvirt and every enforcer had it already. */
  readonly status: StepResult['status'] | 'unchanged';
  /** How each link of the chain that carries it stands in the end. */
  readonly evidence: readonly LinkEvidence[];
}

/** How one link stands: the knob, the judgement, and what was read where. */
export interface LinkEvidence {
  /** `cgroup vcpu0 cpu.max` */
  readonly knob: string;
  readonly outcome: Verdict['outcome'];
  readonly source?: string;
  readonly text?: string;
}

/** An apply's result limit by limit: those that were written in their order, then those that were as asked. */
export function changeResults({ plan, steps, verdicts }: ApplyResult): readonly ChangeResult[] {
  const fates = new Map(steps.map(one => [one.step, one.status]));
  const written = plan.steps.flatMap(step =>
    step.changes.map(change => ({
      ...limitOf(step.scope, step.device, change),
      status: fates.get(step) ?? ('not-tried' as const),
      evidence: evidenceOf(verdicts, step.scope, step.device, change.parameter),
    })),
  );
  const known = new Set(written.map(one => `${one.scope} ${one.device} ${one.parameter}`));
  const unchanged = plan.scopes.flatMap(scope =>
    (plan.tuning[scope] ?? []).flatMap(({ device, limits, because }) =>
      (Object.keys(limits) as LimitName[])
        .filter(parameter => !known.has(`${scope} ${deviceName(device)} ${parameter}`))
        .map((parameter): ChangeResult => {
          const change = asIs(parameter, limits[parameter], because[parameter]);
          const evidence = evidenceOf(verdicts, scope, device, parameter);
          return { ...limitOf(scope, device, change), status: 'unchanged', evidence };
        }),
    ),
  );
  return [...written, ...unchanged];
}

function asIs(parameter: LimitName, value: number | string | undefined, because: string | undefined): Change {
  return {
    parameter,
    ...(value !== undefined && { before: value, after: value }),
    ...(because !== undefined && { because }),
    reason: 'definition',
  };
}

function limitOf(scope: Scope, device: DeviceRef, { parameter, because, before, after }: Change) {
  return {
    scope,
    device: deviceName(device),
    parameter,
    ...(because !== undefined && { because }),
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
  };
}

/** The enforcers speak for the running domain. */
function evidenceOf(
  verdicts: readonly Verdict[],
  scope: Scope,
  device: DeviceRef,
  parameter: LimitName,
): readonly LinkEvidence[] {
  const name = deviceName(device);
  return verdicts
    .filter(({ expectation: { layer } }) => (scope === 'config' ? layer === 'config' : layer !== 'config'))
    .filter(({ expectation }) => deviceName(expectation.device) === name)
    .filter(({ expectation }) => expectation.parameters.includes(parameter))
    .map(({ expectation, outcome, evidence }) => ({
      knob: knobName(expectation),
      outcome,
      ...(evidence && { source: evidence.source, text: evidence.text }),
    }));
}
