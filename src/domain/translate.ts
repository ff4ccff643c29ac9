import type { Diagnostic } from '../diagnostics.ts';
import type { VolumeIntent } from '../intent/volume-intent.ts';
import type { WholeQuota } from '../intent/whole-quota.ts';
import { checkHostRange, type HostCapabilities } from './capabilities.ts';
import { checkResources } from './check-resources.ts';
import type { DomainDefinition, InterfaceDefinition } from './definition.ts';
import { interfaceEnforcer, isOvsHeld } from './enforcement.ts';
import { interfaceRef, teamPartner } from './interface-identity.ts';
import { translateDisks } from './translate-disks.ts';
import { type DeviceRef, type DeviceTuning, type DomainTuning, deviceName, type Limits } from './tuning.ts';
import { type WantedSection, type WantedSections, wantedSections } from './wanted-sections.ts';

/** A flavor's limits, the domain they are for, and what its host can hold. */
export interface TranslateInput {
  readonly quota: WholeQuota;
  /** Limits of single volumes; absent: none. */
  readonly volumes?: readonly VolumeIntent[];
  readonly domain: DomainDefinition;
  readonly capabilities: HostCapabilities;
}

/** What each device shall have. */
export interface Translation {
  readonly tuning: DomainTuning;
  /** What depends on this domain and host; findings on the flavor itself come from `flavorQuota`. */
  readonly diagnostics: readonly Diagnostic[];
}

/** A device's tuning, or none, with what is to be said. */
interface Part {
  readonly tuning?: DeviceTuning;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Gives a domain's devices what a flavor asks for, as Nova would: disk limits to every disk with an image, not to
 * volumes, which have their own; interface limits to every interface, also those that nothing can enforce (so that a verification fails),
 * but not to the transient partner of a pair, which is the same network card to the guest.
 */
export function translateFlavor({ quota, volumes = [], domain, capabilities }: TranslateInput): Translation {
  const wanted = wantedSections(quota);
  const disks = translateDisks({ disks: domain.disks, flavor: wanted.disk, volumes });
  const nics = nonEmpty(wanted.interface, domain.interfaces, nic =>
    teamPartner(nic, domain.interfaces) ? partnerPart(nic) : interfacePart(nic, wanted.interface),
  );
  return {
    tuning: [
      ...wholeTuning({ kind: 'cpu' }, wanted.cpu),
      ...wholeTuning({ kind: 'memory' }, wanted.memory),
      ...wholeTuning({ kind: 'blkio' }, wanted.blkio),
      ...wanted.hostDevices.flatMap(one => wholeTuning({ kind: 'host-device', path: one.path }, one)),
      ...disks.tuning,
      ...nics.flatMap(part => part.tuning ?? []),
    ],
    diagnostics: [
      ...checkHostRange(quota, capabilities, domain.interfaces),
      ...checkResources(wanted, domain, capabilities),
      ...withoutDevices(wanted, domain),
      ...disks.diagnostics,
      ...nics.flatMap(part => part.diagnostics),
    ],
  };
}

function nonEmpty<T>(section: WantedSection, devices: readonly T[], part: (device: T) => Part) {
  return Object.keys(section.limits).length === 0 ? [] : devices.map(part);
}

function wholeTuning(device: DeviceRef, { limits, because }: WantedSection): readonly DeviceTuning[] {
  return Object.keys(limits).length === 0 ? [] : [{ device, limits, because }];
}

/** Its partner has the limits: libvirt refuses any on this one, and whatever goes through it is not limited. */
function partnerPart(nic: InterfaceDefinition): Part {
  const path = deviceName(interfaceRef(nic));
  const args = { type: nic.type };
  return { diagnostics: [{ code: 'cannot-be-enforced', severity: 'warning', path, args }] };
}

function interfacePart(nic: InterfaceDefinition, { limits, because }: WantedSection): Part {
  const device = interfaceRef(nic);
  const path = deviceName(device);
  const enforcer = interfaceEnforcer(nic);
  const average = limits['inbound.average'];
  const tuning = { device, limits, because };
  if (enforcer === 'none') {
    const args = { type: nic.type };
    return { tuning, diagnostics: [{ code: 'cannot-be-enforced', severity: 'warning', path, args }] };
  }
  if (!isOvsHeld(enforcer) || !average || limits['inbound.peak']) return { tuning, diagnostics: [] };
  return {
    tuning: { device, ...withPeak(limits, because, average) },
    diagnostics: [
      { code: 'ovs-peak-added', severity: 'info', path: `${path}/inbound.peak`, args: { peak: average } },
    ],
  };
}

/** Without a peak Open vSwitch takes the tap's link speed for it: 10 Mbit/s before Linux 6.2, 10 Gbit/s since. */
function withPeak(
  limits: Limits,
  because: DeviceTuning['because'],
  peak: number,
): Omit<DeviceTuning, 'device'> {
  const key = because['inbound.average'];
  return {
    limits: { ...limits, 'inbound.peak': peak },
    because: { ...because, ...(key && { 'inbound.peak': key }) },
  };
}

function withoutDevices(quota: WantedSections, domain: DomainDefinition): readonly Diagnostic[] {
  const asked = [
    { device: 'disk', section: quota.disk, count: domain.disks.length },
    { device: 'interface', section: quota.interface, count: domain.interfaces.length },
  ];
  return asked
    .filter(({ section, count }) => count === 0 && Object.keys(section.limits).length > 0)
    .map(({ device, section }) => ({
      code: 'no-such-device',
      severity: 'warning',
      path: Object.values(section.because)[0] ?? device,
      args: { device },
    }));
}
