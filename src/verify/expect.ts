import { bandwidthParameters } from '../domain/bandwidth.ts';
import type { DiskDefinition, DomainDefinition, InterfaceDefinition } from '../domain/definition.ts';
import { deviceLimits, devicesIn } from '../domain/device-limits.ts';
import { interfaceEnforcer, isOvsHeld } from '../domain/enforcement.ts';
import { findInterface, interfaceName, interfaceRef, teamPartner } from '../domain/interface-identity.ts';
import {
  type DeviceRef,
  type DeviceTuning,
  type DomainTuning,
  deviceName,
  deviceSubject,
  type Limits,
} from '../domain/tuning.ts';
import type { Scope } from '../ports/hypervisor.ts';
import { expectCgroup } from './expect-cgroup.ts';
import { expectDefinition } from './expect-definition.ts';
import { expectOvs } from './expect-ovs.ts';
import { expectQemu } from './expect-qemu.ts';
import { expectResources } from './expect-resources.ts';
import { expectTc } from './expect-tc.ts';
import { expectUnasked } from './expect-unasked.ts';
import type { Expectation } from './expectation.ts';
import type { HostFacts } from './host-facts.ts';
import { limitOf } from './unlimited.ts';
import { keysOf, type Wanted, wantedLimits } from './wanted.ts';

/** What expectations are made from. */
export interface ExpectInput {
  /** What each definition shall have; the enforcers what the live one shall have, when it is meant. */
  readonly asked: Readonly<Partial<Record<Scope, DomainTuning>>>;
  /** Absent when the domain is not running: then nothing is enforced, and nothing expected of enforcers. */
  readonly live?: DomainDefinition;
  /** Absent when the domain is transient. */
  readonly config?: DomainDefinition;
  readonly facts: HostFacts;
  /** The definitions that shall have what is asked. Enforcers have to hold it only when `live` is among them. */
  readonly scopes: readonly Scope[];
}

/**
 * Everything that must be found if the limits asked for are in force, device by device and for each in the order of the
 * chain: persistent definition, live definition, enforcers. Limits that nobody asked for but libvirt's live definition
 * has are expected of the enforcers too, and no limits where there are none.
 */
export function expectDomain(input: ExpectInput): readonly Expectation[] {
  const enforced = input.asked.live ?? input.asked.config ?? [];
  return devicesOf(input).flatMap(device => [
    ...expectAsked(input, device),
    ...expectEnforced(input, device, tuningOf(enforced, device) ?? partnersTuning(input, enforced, device)),
  ]);
}

/** What is asked of an interface is asked of its transient partner too: it is the same network card to the guest. */
function partnersTuning(
  { live, config }: ExpectInput,
  enforced: DomainTuning,
  device: DeviceRef,
): DeviceTuning | undefined {
  const interfaces = (live ?? config)?.interfaces ?? [];
  const nic = findInterface(interfaces, device);
  const partner = nic && teamPartner(nic, interfaces);
  const asked = partner && tuningOf(enforced, interfaceRef(partner));
  return asked && { device, limits: asked.limits, because: asked.because };
}

function tuningOf(tuning: DomainTuning, device: DeviceRef): DeviceTuning | undefined {
  return tuning.find(one => deviceName(one.device) === deviceName(device));
}

function devicesOf({ asked, live, config }: ExpectInput): readonly DeviceRef[] {
  const main = live ?? config;
  const defined = main === undefined ? [] : devicesIn(main);
  const all = [...defined, ...[...(asked.live ?? []), ...(asked.config ?? [])].map(one => one.device)];
  return [...new Map(all.map(device => [deviceName(device), device])).values()];
}

function expectAsked(input: ExpectInput, device: DeviceRef): readonly Expectation[] {
  const order: readonly Scope[] = ['config', 'live'];
  return order
    .filter(scope => input.scopes.includes(scope))
    .flatMap(scope => {
      const asked = tuningOf(input.asked[scope] ?? [], device);
      if (asked === undefined) return [];
      const definition = input[scope];
      const thing = definition && find(definition, asked.device);
      const hasDevice = definition === undefined || thing !== undefined;
      return expectDefinition({
        scope,
        asked,
        hasDevice,
        facts: input.facts,
        ...(thing?.nic && { nic: thing.nic }),
      });
    });
}

/** Of a domain that does not run only what nothing could ever enforce. */
function expectEnforced(
  input: ExpectInput,
  device: DeviceRef,
  asked: DeviceTuning | undefined,
): readonly Expectation[] {
  const { live, facts } = input;
  const definition = live ?? input.config;
  const thing = definition && find(definition, device);
  if (thing === undefined) return [];
  const shallHold = live === undefined || input.scopes.includes('live') ? asked : undefined;
  const partner = thing.nic && teamPartner(thing.nic, definition?.interfaces ?? []);
  const enforcer = partner ? 'none' : thing.nic && interfaceEnforcer(thing.nic);
  const wanted = wantedLimits(device, partner?.bandwidth ?? thing.limits, shallHold, enforcer);
  if (thing.nic !== undefined && enforcer === 'none') return expectNothing(wanted, thing.nic, partner);
  if (live === undefined) return [];
  if (thing.nic !== undefined) return (isOvsHeld(enforcer) ? expectOvs : expectTc)(wanted, thing.nic, facts);
  if (thing.disk !== undefined) return expectQemu(wanted, thing.disk);
  const own = device.kind === 'cpu' ? expectCgroup(wanted, live, facts) : expectResources(wanted, facts);
  return [...own, ...expectUnasked(device, own, facts)];
}

/** Limits on an interface that neither libvirt nor the kernel can limit. @see libvirt virNetDevSupportsBandwidth */
function expectNothing(
  wanted: Wanted,
  nic: InterfaceDefinition,
  partner: InterfaceDefinition | undefined,
): readonly Expectation[] {
  const what = `nothing on the host limits an interface of type '${nic.type}'`;
  const past =
    partner && `what goes through it goes past the limits of ${interfaceName(partner)}, its partner: ${what}`;
  const limited = bandwidthParameters.filter(
    one => one.endsWith('.average') && limitOf(wanted.limits, one) !== undefined,
  );
  return limited.map(parameter => ({
    layer: 'tc',
    device: wanted.device,
    subject: nic.dev ?? interfaceName(nic),
    knob: parameter,
    parameters: [parameter],
    because: keysOf(wanted, [parameter]),
    impossible: past ?? what,
  }));
}

/** A device in a definition, with what limits it there. */
interface Found {
  readonly limits: Limits;
  readonly disk?: DiskDefinition;
  readonly nic?: InterfaceDefinition;
}

function find(definition: DomainDefinition, device: DeviceRef): Found | undefined {
  const limits = deviceLimits(definition, device);
  if (limits === undefined) return undefined;
  const subject = deviceSubject(device);
  const disk = device.kind === 'disk' && definition.disks.find(one => one.target === subject);
  const nic = findInterface(definition.interfaces, device);
  return { limits, ...(disk && { disk }), ...(nic && { nic }) };
}
