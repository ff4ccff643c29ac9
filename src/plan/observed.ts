import type { DomainDefinition } from '../domain/definition.ts';
import { interfaceRef } from '../domain/interface-identity.ts';
import { deviceName } from '../domain/tuning.ts';
import type { Scope } from '../ports/hypervisor.ts';
import type { Knob, KnobValues } from '../verify/expectation.ts';

/** What a knob holds. Neither `values` nor `unreadable`: the knob is not there, or limits nothing. */
export interface HeldKnob extends Knob {
  readonly values?: KnobValues;
  /** Why it could not be seen. */
  readonly unreadable?: string;
}

/** A domain as it was when a plan was made: what the plan is right for. */
export interface Observed {
  /** Devices of each definition that the domain had, each with the host's device behind it (`interface 52:54:… vnet0`). */
  readonly devices: Readonly<Partial<Record<Scope, readonly string[]>>>;
  readonly knobs: readonly HeldKnob[];
}

/** Puts down what was seen, without its evidence. */
export function observedOf(
  definitions: Readonly<Partial<Record<Scope, DomainDefinition>>>,
  readings: readonly HeldKnob[],
): Observed {
  const scopes: readonly Scope[] = ['live', 'config'];
  const devices = scopes.flatMap(scope => {
    const definition = definitions[scope];
    return definition === undefined ? [] : [[scope, devicesOf(definition)] as const];
  });
  return { devices: Object.fromEntries(devices), knobs: readings.map(heldKnob) };
}

/** A reading without its evidence. */
export function heldKnob({ layer, subject, knob, values, unreadable }: HeldKnob): HeldKnob {
  return {
    layer,
    subject,
    knob,
    ...(values !== undefined && { values }),
    ...(unreadable !== undefined && { unreadable }),
  };
}

function devicesOf({ vcpus, disks, interfaces }: DomainDefinition): readonly string[] {
  return [
    `${vcpus} vCPUs`,
    ...disks.map(({ target, source }) => withHost(deviceName({ kind: 'disk', target }), source)),
    ...interfaces.map(nic => withHost(deviceName(interfaceRef(nic)), nic.dev)),
  ];
}

function withHost(name: string, host: string | undefined): string {
  return host === undefined ? name : `${name} ${host}`;
}

/** Whether two readings of a knob hold the same. A 0 is the same as nothing there. */
export function holdsTheSame(one: HeldKnob, other: HeldKnob | undefined): boolean {
  if (other?.unreadable !== undefined) return false;
  return inEffect(one.values).join() === inEffect(other?.values).join();
}

/** `quota=50000 period=100000`, `nothing`: what a knob holds, in text. */
export function heldText(knob: HeldKnob | undefined): string {
  if (knob?.unreadable !== undefined) return `not readable (${knob.unreadable})`;
  return inEffect(knob?.values).join(' ') || 'nothing';
}

function inEffect(values: KnobValues | undefined): readonly string[] {
  return Object.entries(values ?? {})
    .filter(([, value]) => value !== 0)
    .map(([name, value]) => `${name}=${value}`)
    .sort();
}
