import type { Diagnostic } from '../diagnostics.ts';
import { cpuPeriod, cpuQuota, diskBytes, networkBurst, networkRateLive, type Range } from '../ranges.ts';
import { checkSharesOn, type HostCapabilities } from './capabilities.ts';
import { checkIoTune } from './check-limits.ts';
import { cpuTuneParameters } from './cputune.ts';
import type { DomainDefinition } from './definition.ts';
import { interfaceEnforcer } from './enforcement.ts';
import { interfaceRef } from './interface-identity.ts';
import { ioTuneParameters } from './iotune.ts';
import { limitText } from './limit-field.ts';
import { mergeLimits } from './merge.ts';
import { type DeviceRef, type DomainTuning, deviceName, type Limits, type Parameter } from './tuning.ts';

/** A definition, what it shall have, and the host that it is for. */
export interface DefinitionInput {
  readonly domain: DomainDefinition;
  readonly tuning: DomainTuning;
  readonly host: HostCapabilities;
}

/** A device with what it keeps, and what was asked. */
interface Kept {
  readonly device: DeviceRef;
  readonly kept: Limits;
  readonly isAsked: boolean;
}

/**
 * What a definition has by itself and keeps, and with which the domain does not start on the host that is meant: it may
 * come from another kind of host, or from an older libvirt. All are warnings, since nobody asks for it here.
 *
 * @see libvirt src/util/vircgroupv2.c:virCgroupV2SetCpuShares, virCgroupV2SetCpuCfsQuota, virCgroupV2SetCpuCfsPeriod
 */
export function checkDefinition({ domain, tuning, host }: DefinitionInput): readonly Diagnostic[] {
  const kept = (device: DeviceRef, defined: Limits) => keptOf(device, defined, tuning);
  return [
    ...checkCpu(
      kept({ kind: 'cpu' }, { ...(domain.zeroShares && { cpu_shares: 0 }), ...domain.cputune }),
      host,
    ),
    ...domain.disks.flatMap(({ target, iotune }) => checkDisk(kept({ kind: 'disk', target }, iotune))),
    ...domain.interfaces.flatMap(nic =>
      interfaceEnforcer(nic) === 'none' ? [] : checkBursts(kept(interfaceRef(nic), nic.bandwidth)),
    ),
  ];
}

/**
 * What a running interface keeps beside what is asked, and what no call could set again: libvirt takes both directions
 * in one call, 32 bits each, and its XML 64. An error before anything is touched.
 *
 * @see libvirt src/qemu/qemu_driver.c:qemuDomainSetInterfaceParameters
 */
export function checkKept({ domain, tuning }: Omit<DefinitionInput, 'host'>): readonly Diagnostic[] {
  const { min, max, unit } = networkRateLive;
  return domain.interfaces.flatMap(nic => {
    const { device, kept, isAsked } = keptOf(interfaceRef(nic), nic.bandwidth, tuning);
    if (!isAsked || interfaceEnforcer(nic) === 'none') return [];
    const tooLarge = (Object.keys(kept) as Parameter[]).filter(parameter => (kept[parameter] ?? 0) > max);
    return tooLarge.map(parameter => {
      const where = 'running domain';
      return { ...about(device, parameter, kept, 'out-of-range', 'error'), args: { min, max, unit, where } };
    });
  });
}

function keptOf(device: DeviceRef, defined: Limits, tuning: DomainTuning): Kept {
  const name = deviceName(device);
  const asked = tuning.find(one => deviceName(one.device) === name)?.limits;
  // Of the CPU each limit is by itself; shares of 0, which merging drops, stay too.
  const isAlone = asked === undefined || device.kind === 'cpu';
  const merged = isAlone ? defined : mergeLimits(device, defined, asked);
  const entries = Object.entries(merged).filter(
    ([parameter]) => asked?.[parameter as Parameter] === undefined,
  );
  return { device, kept: Object.fromEntries(entries), isAsked: asked !== undefined };
}

function checkCpu({ device, kept }: Kept, host: HostCapabilities): readonly Diagnostic[] {
  const shares = kept.cpu_shares === undefined ? undefined : checkSharesOn(kept.cpu_shares, host);
  const times = cpuTuneParameters.filter(parameter => parameter !== 'cpu_shares');
  return [
    // Where it depends on what is not known, nobody has asked for it.
    ...(shares?.severity === 'error' ? [outside(device, 'cpu_shares', kept, shares.args)] : []),
    ...times.flatMap(parameter => {
      const range = parameter.endsWith('_period') ? cpuPeriod : cpuQuota;
      return isOutside(kept[parameter], range) ? [outside(device, parameter, kept, range)] : [];
    }),
  ];
}

/** How limits go together is looked at for those that are asked for anyway. */
function checkDisk({ device, kept, isAsked }: Kept): readonly Diagnostic[] {
  const tooLarge = ioTuneParameters.filter(parameter => isOutside(kept[parameter], diskBytes));
  const together = isAsked ? [] : checkIoTune(kept, `${deviceName(device)}/`);
  return [
    ...tooLarge.map(parameter => outside(device, parameter, kept, { ...diskBytes, unit: '' })),
    ...together.map(found => ({ ...found, severity: 'warning' as const })),
  ];
}

function checkBursts({ device, kept }: Kept): readonly Diagnostic[] {
  const bursts = (['inbound', 'outbound'] as const).filter(one => kept[`${one}.average`]);
  return bursts.flatMap(direction => {
    const parameter = `${direction}.burst` as const;
    return isOutside(kept[parameter], networkBurst) ? [outside(device, parameter, kept, networkBurst)] : [];
  });
}

/** 0 and negative numbers are no limits. */
function isOutside(value: number | undefined, { min, max }: Range): boolean {
  return value !== undefined && value > 0 && (value < min || value > max);
}

function outside(
  device: DeviceRef,
  parameter: Parameter,
  limits: Limits,
  range: Range & { readonly where?: string },
): Diagnostic {
  return { ...about(device, parameter, limits, 'does-not-start', 'warning'), args: { ...range } };
}

function about(
  device: DeviceRef,
  parameter: Parameter,
  limits: Limits,
  code: Diagnostic['code'],
  severity: Diagnostic['severity'],
): Diagnostic {
  const path = `${deviceName(device)}/${parameter}`;
  return { code, severity, path, value: limitText(limits[parameter] ?? 0) };
}
