import type { Diagnostic } from '../diagnostics.ts';
import type { DomainDefinition, InterfaceDefinition } from '../domain/definition.ts';
import { deviceLimits } from '../domain/device-limits.ts';
import { type InterfaceEnforcer, interfaceEnforcer } from '../domain/enforcement.ts';
import { type IntentRecord, sameIntent, unknownKeyIn } from '../domain/intent-record.ts';
import { deviceBesideMac, findInterface } from '../domain/interface-identity.ts';
import { hasIoLimit } from '../domain/iotune.ts';
import { mergeLimits } from '../domain/merge.ts';
import {
  type DeviceRef,
  type DeviceTuning,
  type DomainTuning,
  deviceName,
  type Limits,
} from '../domain/tuning.ts';
import type { DomainRef, Scope } from '../ports/hypervisor.ts';
import { knobName } from '../verify/expectation.ts';
import type { Verdict } from '../verify/verdict.ts';
import type { Change } from './change.ts';
import { diffLimits } from './diff.ts';
import { leftPolicer } from './libvirt-policer.ts';
import type { Observed } from './observed.ts';
import type { RecordChange, Step, TuningPlan } from './plan.ts';

/** What a plan is made from. */
export interface PlanInput {
  readonly domain: DomainRef;
  /** The definitions to change, each with what it shall have. */
  readonly targets: readonly PlanTarget[];
  /** How the enforcers stand now: a limit that libvirt defines but nothing holds is written again. */
  readonly verdicts: readonly Verdict[];
  readonly observed: Observed;
  /** To be kept in the definitions' metadata; absent: what is there stays. */
  readonly record?: IntentRecord;
  readonly diagnostics: readonly Diagnostic[];
  readonly ovsNative?: boolean;
}

/** One of a domain's two definitions and the tuning wanted in it. */
export interface PlanTarget {
  readonly scope: Scope;
  readonly definition: DomainDefinition;
  readonly tuning: DomainTuning;
}

/** Decides what has to be written, and only that. Devices that need nothing have no step. */
export function planTuning(input: PlanInput): TuningPlan {
  const missing: Diagnostic[] = [];
  const steps = input.targets.flatMap(target =>
    target.tuning.flatMap(wanted => {
      const step = stepFor(target, wanted, input);
      if (step === undefined) missing.push(noSuchDevice(target.scope, wanted.device));
      return step === undefined || step.changes.length === 0 ? [] : [step];
    }),
  );
  const { name, uuid, id } = input.domain;
  return {
    schemaVersion: 1,
    domain: { name, uuid, ...(id !== undefined && { id }) },
    scopes: input.targets.map(target => target.scope),
    tuning: Object.fromEntries(input.targets.map(({ scope, tuning }) => [scope, tuning])),
    ...(input.ovsNative === true && { ovsNative: true }),
    steps: [...steps].sort(inOrder),
    records: input.record === undefined ? [] : recordChanges(input.targets, input.record),
    observed: input.observed,
    diagnostics: [
      ...input.diagnostics.map(found => refusedIn(steps, found)),
      ...missing,
      ...notRecorded(input.record),
    ],
  };
}

/** To a port of Open vSwitch whose database does not answer nothing is written. */
function refusedIn(steps: readonly Step[], found: Diagnostic): Diagnostic {
  const isRefused =
    found.code === 'ovs-silent' &&
    steps.some(({ scope, device }) => scope === 'live' && deviceName(device) === found.path);
  return isRefused ? { ...found, severity: 'error' } : found;
}

/**
 * A record that says the same already is not written again, and one with keys that nobody reads never: it would take the
 * place of what was understood.
 */
function recordChanges(targets: readonly PlanTarget[], after: IntentRecord): readonly RecordChange[] {
  if (notRecorded(after).length > 0) return [];
  const outdated = targets.filter(({ definition }) => !sameIntent(definition.intent, after));
  return outdated.map(({ scope, definition: { intent } }) => ({
    scope,
    ...(intent && { before: intent }),
    after,
  }));
}

function notRecorded(record: IntentRecord | undefined): readonly Diagnostic[] {
  const unknown = record && unknownKeyIn(record);
  return unknown === undefined ? [] : [{ code: 'not-recorded', severity: 'warning', path: unknown }];
}

function stepFor(
  target: PlanTarget,
  wanted: DeviceTuning,
  { verdicts, observed }: PlanInput,
): Step | undefined {
  const { scope, definition } = target;
  const before = deviceLimits(definition, wanted.device);
  if (before === undefined) return undefined;
  const enforcer = enforcerOf(definition, wanted.device);
  const after = mergeLimits(wanted.device, before, wanted.limits, enforcer);
  const differing = diffLimits(before, after, wanted.because).filter(
    change => scope !== 'live' || !isDefined(wanted.device, change, verdicts),
  );
  const repairs = scope === 'live' ? repairsOf(wanted, after, verdicts, differing) : [];
  const changes = [...differing, ...repairs];
  const nic = nicOf(definition, wanted.device);
  const dev = portOrTap(scope, nic);
  const limits = { before, after, ...(enforcer && { enforcer }) };
  const policer = scope === 'live' ? leftPolicer(limits, nic?.dev, observed.knobs) : undefined;
  return {
    scope,
    device: wanted.device,
    before,
    after,
    changes,
    ...(enforcer && { enforcer }),
    ...(dev && { dev }),
    ...(policer && { policer }),
  };
}

/** Whether the live definition says what is wanted, though in another number (a weight as BFQ reads it back). */
function isDefined(device: DeviceRef, { parameter }: Change, verdicts: readonly Verdict[]): boolean {
  return verdicts.some(
    ({ outcome, expectation }) =>
      outcome === 'pass' &&
      expectation.layer === 'live' &&
      expectation.knob === parameter &&
      deviceName(expectation.device) === deviceName(device),
  );
}

/** Limits that libvirt's live definition has already, and an enforcer's knob has not. */
function repairsOf(
  wanted: DeviceTuning,
  after: Limits,
  verdicts: readonly Verdict[],
  differing: readonly Change[],
): readonly Change[] {
  const planned = new Set(differing.map(change => change.parameter));
  const repairs: Change[] = [];
  for (const verdict of verdicts) {
    if (!isBrokenEnforcer(verdict, wanted.device)) continue;
    for (const parameter of verdict.expectation.parameters) {
      // What is there and must not be is taken away.
      const isExtra = verdict.reason === 'unexpected';
      const leaves = isExtra && parameter === 'group_name' && hasIoLimit(after);
      const value = after[parameter] ?? (isExtra && parameter !== 'group_name' ? 0 : undefined);
      if ((value === undefined && !leaves) || planned.has(parameter)) continue;
      planned.add(parameter);
      const because = wanted.because[parameter];
      const knob = knobName(verdict.expectation);
      repairs.push({
        parameter,
        ...(value !== undefined && { before: value, after: value }),
        reason: 'enforcer',
        knob,
        ...(because && { because }),
      });
    }
  }
  return repairs;
}

function isBrokenEnforcer(verdict: Verdict, device: DeviceRef): boolean {
  const { layer } = verdict.expectation;
  if (layer === 'config' || layer === 'live') return false;
  if (verdict.outcome !== 'fail' || verdict.reason === 'no-enforcement-point') return false;
  return deviceName(verdict.expectation.device) === deviceName(device);
}

/** Of the running domain, where its MAC alone does not say which device of the host it is about. */
function portOrTap(scope: Scope, nic: InterfaceDefinition | undefined): string | undefined {
  if (nic === undefined) return undefined;
  if (interfaceEnforcer(nic) === 'ovs-native') return nic.dev;
  return scope === 'live' ? deviceBesideMac(nic) : undefined;
}

function enforcerOf(definition: DomainDefinition, device: DeviceRef): InterfaceEnforcer | undefined {
  const nic = nicOf(definition, device);
  return nic && interfaceEnforcer(nic);
}

function nicOf(definition: DomainDefinition, device: DeviceRef): InterfaceDefinition | undefined {
  return findInterface(definition.interfaces, device);
}

function noSuchDevice(scope: Scope, device: DeviceRef): Diagnostic {
  const path = deviceName(device);
  return { code: 'no-such-device', severity: 'warning', path, args: { device: path, scope } };
}

const scopeOrder = { live: 0, config: 1 } as const;
const kindOrder = { cpu: 0, memory: 1, blkio: 2, 'host-device': 3, disk: 4, interface: 5 } as const;

/** The definition of the running domain first: the persistent one is replaced in one call, which cannot half-fail. */
function inOrder(one: Step, other: Step): number {
  return (
    scopeOrder[one.scope] - scopeOrder[other.scope] ||
    kindOrder[one.device.kind] - kindOrder[other.device.kind]
  );
}
