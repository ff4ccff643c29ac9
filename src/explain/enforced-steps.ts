import { checkSharesOn } from '../domain/capabilities.ts';
import { interfaceEnforcer } from '../domain/enforcement.ts';
import { findInterface } from '../domain/interface-identity.ts';
import { mergeLimits } from '../domain/merge.ts';
import {
  type DeviceRef,
  type DomainTuning,
  deviceName,
  type LimitName,
  type Limits,
} from '../domain/tuning.ts';
import { expectDomain } from '../verify/expect.ts';
import type { Expectation, Layer } from '../verify/expectation.ts';
import type { HostFacts } from '../verify/host-facts.ts';
import type { Step } from './explanation.ts';
import type { KnobRule, RuleContext } from './knob-rule.ts';
import { ruleOf } from './rules.ts';
import { type ExplainHost, exampleDomain, hostsFor, iproute2Name, placeOf } from './situations.ts';

/** A step with the limit that it comes of. */
export interface EnforcedStep {
  readonly device: DeviceRef;
  readonly parameter: LimitName;
  readonly step: Step;
}

/** What is asked of the example domain. */
export interface Example {
  readonly tuning: DomainTuning;
  readonly host: ExplainHost;
  readonly vcpus?: number;
}

/**
 * All that the enforcers of the example domain must hold, as a verification expects it, on every kind of host. What is
 * the same with every iproute2 is there once.
 */
export function enforcedSteps(example: Example): readonly EnforcedStep[] {
  const variants = hostsFor(example.host).flatMap(facts =>
    stepsOn(facts, example).map(one => ({ ...one, iproute2: iproute2Name(facts, example.host) })),
  );
  const versions = new Map<string, Set<string>>();
  for (const { iproute2, ...one } of variants) {
    const key = JSON.stringify(one);
    versions.set(key, (versions.get(key) ?? new Set()).add(iproute2));
  }
  const all = new Set(variants.map(variant => variant.iproute2)).size;
  return [...versions].map(([key, names]) => {
    const one = JSON.parse(key) as EnforcedStep;
    const [iproute2] = names;
    return names.size === all || iproute2 === undefined ? one : { ...one, step: { ...one.step, iproute2 } };
  });
}

function stepsOn(facts: HostFacts, { tuning, vcpus }: Example): readonly EnforcedStep[] {
  const expectations = expectDomain({
    asked: { live: tuning },
    live: exampleDomain,
    facts,
    scopes: ['live'],
  });
  return expectations
    .filter(({ layer, because }) => layer !== 'live' && because.length > 0)
    .flatMap(expectation => {
      const limits = limitsOf(expectation.device, tuning);
      const context = { limits, parameters: expectation.parameters, facts, ...(vcpus && { vcpus }) };
      return stepsOf(expectation, context);
    });
}

/** All limits of a device, as they are wanted. */
function limitsOf(device: DeviceRef, tuning: DomainTuning): Limits {
  const asked = tuning.find(one => deviceName(one.device) === deviceName(device))?.limits ?? {};
  const nic = findInterface(exampleDomain.interfaces, device);
  return mergeLimits(device, {}, asked, nic && interfaceEnforcer(nic));
}

function stepsOf(expectation: Expectation, context: RuleContext): readonly EnforcedStep[] {
  const { device, parameters, expected } = expectation;
  const refused = refusedWeight(expectation, context);
  const impossible = refused ?? expectation.impossible;
  const rule = ruleOf(expectation);
  const place = placeOf(device, context.facts);
  const base = {
    layer: expectation.layer as Exclude<Layer, 'config' | 'live'>,
    ...(place && { place }),
    subject: expectation.subject,
    knob: expectation.knob,
    arithmetic: [],
    equals: [],
    ...(impossible !== undefined && { impossible }),
    source: rule.source,
    look: rule.look,
  };
  const [first] = parameters;
  if (first === undefined) return [];
  if (expected === undefined || refused !== undefined) return [{ device, parameter: first, step: base }];
  return Object.entries(expected).map(([name, value]) => ({
    device,
    ...valueStep({ base, rule, name, value, context, first }),
  }));
}

/** Why a weight that some host takes is none for this one; undefined: it is. */
function refusedWeight(
  { layer, parameters }: Expectation,
  { limits, facts }: RuleContext,
): string | undefined {
  const shares = limits.cpu_shares;
  if (layer !== 'cgroup' || !parameters.includes('cpu_shares') || shares === undefined) return undefined;
  const found = checkSharesOn(shares, facts);
  if (found?.severity !== 'error') return undefined;
  return `the guest does not start here, since ${found.args.where} takes ${found.args.min}–${found.args.max}`;
}

interface ValueInput {
  readonly base: Step;
  readonly rule: KnobRule;
  readonly name: string;
  readonly value: number | string;
  readonly context: RuleContext;
  readonly first: LimitName;
}

function valueStep({ base, rule, name, value, context, first }: ValueInput) {
  const of = rule.values[name];
  const parameter =
    of?.from.flatMap(end => context.parameters.find(one => one.endsWith(end)) ?? []).at(0) ?? first;
  const printed = of?.print?.(value, context);
  const step: Step = {
    ...base,
    name,
    value,
    ...(of && { unit: of.unit }),
    ...(printed !== undefined && { printed }),
    arithmetic: typeof value === 'number' ? (of?.arithmetic?.(context) ?? []) : [],
    equals: of?.equals?.(value, context) ?? [],
  };
  return { parameter, step };
}
