import type { DomainRef, Scope } from '../ports/hypervisor.ts';
import { knobName } from '../verify/expectation.ts';
import { type HeldKnob, heldText, holdsTheSame, type Observed } from './observed.ts';
import type { TuningPlan } from './plan.ts';

/**
 * What has moved on a domain since a plan was made for it, each in one line; empty: the plan is as right as it was.
 * Knobs that could not be seen then do not count; what could be seen then and cannot be seen now does.
 */
export function movedSince(plan: TuningPlan, domain: DomainRef, now: Observed): readonly string[] {
  if (domain.uuid !== plan.domain.uuid) {
    return [`domain '${domain.name}' has UUID ${domain.uuid}, and had ${plan.domain.uuid}`];
  }
  const restarted = domain.id !== plan.domain.id;
  if (restarted) return [`domain ${stateText(domain.id)}, and was ${stateText(plan.domain.id)}`];
  return [...movedDevices(plan.observed, now), ...movedKnobs(plan.observed.knobs, now.knobs)];
}

function stateText(id: number | undefined): string {
  return id === undefined ? 'not running' : `running as id ${id}`;
}

function movedDevices(then: Observed, now: Observed): readonly string[] {
  const scopes: readonly Scope[] = ['live', 'config'];
  return scopes.flatMap(scope => {
    const before = then.devices[scope];
    const after = now.devices[scope];
    if (before === undefined || after === undefined) {
      return before === after ? [] : [`${scope} definition ${after === undefined ? 'is gone' : 'is new'}`];
    }
    return [
      ...before.filter(one => !after.includes(one)).map(one => `${scope} ${one} is gone`),
      ...after.filter(one => !before.includes(one)).map(one => `${scope} ${one} is new`),
    ];
  });
}

function movedKnobs(before: readonly HeldKnob[], now: readonly HeldKnob[]): readonly string[] {
  const then = before.filter(knob => knob.unreadable === undefined);
  const held = new Map(now.map(knob => [knobName(knob), knob]));
  const known = new Set(before.map(knobName));
  const changed = then
    .filter(knob => !holdsTheSame(knob, held.get(knobName(knob))))
    .map(knob => `${knobName(knob)} holds ${heldText(held.get(knobName(knob)))}, and held ${heldText(knob)}`);
  const added = now
    .filter(knob => !known.has(knobName(knob)) && heldText(knob) !== 'nothing')
    .map(knob => `${knobName(knob)} holds ${heldText(knob)}, and held nothing`);
  return [...changed, ...added];
}
