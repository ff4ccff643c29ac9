import type { Diagnostic } from '../diagnostics.ts';
import type { FlavorQuota, QuotaSection } from '../intent/flavor-quota.ts';
import type { QuotaParameter } from '../intent/quota-keys.ts';
import { cpuSharesV1, cpuWeightV2, type Range } from '../ranges.ts';
import { bandwidthFields } from './bandwidth.ts';
import { checkBursts, type ToolVersion } from './check-bursts.ts';
import type { InterfaceDefinition } from './definition.ts';

/** What a host can hold, as far as it is known; what is left out is not known. */
export interface HostCapabilities {
  /** Which version has the CPU controller. */
  readonly cgroupVersion?: 1 | 2;
  /** As libvirt counts: 9.0.0 is 9000000. */
  readonly libvirtVersion?: number;
  /** Whose tc libvirt calls there. */
  readonly iproute2?: ToolVersion;
  /** Whether limits go into a definition only, and never to a running domain; absent: they may. */
  readonly definitionOnly?: boolean;
  /** Whether the host has the cgroup CPU controller at all; absent: yes. */
  readonly hasCpuController?: boolean;
  /** Whether libvirt has systemd set weights (machines are units of it); absent: not known. */
  readonly systemd?: boolean;
  /** Whether the kernel has a file for I/O weights; absent: not known. The same holds for the next two. */
  readonly hasIoWeight?: boolean;
  /** Whether domains have a cgroup of the memory controller. */
  readonly hasMemoryLimit?: boolean;
  /** Whether swap is accounted for, so can be limited. */
  readonly hasSwapLimit?: boolean;
  /** Paths that are no block devices of the host; absent: not known. */
  readonly missingDevices?: ReadonlySet<string>;
}

/**
 * Findings that depend on the host: cpu limits without a CPU controller, the range of shares, numbers that the XML takes
 * and a running domain's typed parameters do not, and bursts. On a host that is not known those before the last are warnings.
 *
 * @param interfaces what the network's limits are for; absent: not known
 */
export function checkHostRange(
  quota: FlavorQuota,
  host: HostCapabilities,
  interfaces?: readonly InterfaceDefinition[],
): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  checkCpuController(quota.cpu, host, diagnostics);
  checkShares(quota.cpu, host, diagnostics);
  checkTypedParameters(quota.interface, host, diagnostics);
  diagnostics.push(...checkBursts(quota.interface, host.iproute2, interfaces));
  return diagnostics;
}

/** @see nova nova/virt/libvirt/host.py:is_cpu_control_policy_capable */
function checkCpuController(
  cpu: FlavorQuota['cpu'],
  host: HostCapabilities,
  diagnostics: Diagnostic[],
): void {
  if (host.hasCpuController !== false) return;
  const [path] = Object.values(cpu.because);
  if (path !== undefined) diagnostics.push({ code: 'no-cpu-controller', severity: 'error', path });
}

/**
 * The shares that a host takes: libvirt writes them into `cpu.shares` (v1) or unchanged into `cpu.weight` (v2), and up
 * to 9.0 holds both against the range of v1 first. A host that is not known is taken for the narrowest.
 *
 * @see libvirt src/util/vircgroup.c, src/conf/domain_validate.c; 38af6497 (9.1.0)
 */
export function sharesRange(host: HostCapabilities): Range & { readonly where: string } {
  if (host.cgroupVersion === 1) return { ...cpuSharesV1, where: 'cgroup v1' };
  const alsoV1 = host.cgroupVersion === undefined || (host.libvirtVersion ?? 0) < 9_001_000;
  const min = alsoV1 ? cpuSharesV1.min : cpuWeightV2.min;
  return { ...cpuWeightV2, min, where: 'cgroup v2' };
}

/** Why shares do not start a domain on a host. */
export interface SharesFinding {
  /** Error: on no host that it may be. Warning: on some of them. */
  readonly severity: 'error' | 'warning';
  readonly args: Range & { readonly where: string };
}

/** Whether a host takes shares; undefined: it does, whatever is not known of it. */
export function checkSharesOn(shares: number, host: HostCapabilities): SharesFinding | undefined {
  const { cgroupVersion, libvirtVersion } = host;
  const failing = ([1, 2] as const)
    .filter(version => cgroupVersion === undefined || version === cgroupVersion)
    .map(version => sharesRange({ ...host, cgroupVersion: version }))
    .filter(range => !isWithin(shares, range));
  const [first] = failing;
  if (first === undefined) return undefined;
  // Only some versions of libvirt refuse what cgroup v2 itself takes.
  const mayTake = cgroupVersion !== 1 && libvirtVersion === undefined && isWithin(shares, cpuWeightV2);
  const isSure = !mayTake && failing.length === (cgroupVersion === undefined ? 2 : 1);
  const where = mayTake && first.where === 'cgroup v2' ? `${first.where}, ${beforeWeights}` : first.where;
  return { severity: isSure ? 'error' : 'warning', args: { ...first, where } };
}

/** Which libvirt holds weights of cgroup v2 against the range of v1. */
export const beforeWeights = 'libvirt before 9.1';

function isWithin(value: number, { min, max }: Range): boolean {
  return value >= min && value <= max;
}

function checkShares(cpu: FlavorQuota['cpu'], host: HostCapabilities, diagnostics: Diagnostic[]): void {
  const shares = cpu.limits.cpu_shares;
  const found = shares === undefined ? undefined : checkSharesOn(shares, host);
  if (found === undefined) return;
  diagnostics.push({ ...outOfRange(cpu, 'cpu_shares', found.severity), args: { ...found.args } });
}

/** The XML takes 64 bits, the typed parameters 32. @see libvirt src/qemu/qemu_driver.c:qemuDomainSetInterfaceParameters */
function checkTypedParameters(
  section: FlavorQuota['interface'],
  host: HostCapabilities,
  diagnostics: Diagnostic[],
): void {
  if (Object.keys(section.limits).length === 0) return;
  const severity = host.libvirtVersion === undefined || host.definitionOnly === true ? 'warning' : 'error';
  for (const { parameter, max, unit } of bandwidthFields) {
    if (parameter === 'inbound.floor' || (section.limits[parameter] ?? 0) <= max) continue;
    const args = { min: 0, max, unit, where: 'running domain' };
    diagnostics.push({ ...outOfRange(section, parameter, severity), args });
  }
}

function outOfRange<P extends QuotaParameter>(
  section: QuotaSection<P>,
  parameter: P,
  severity: Diagnostic['severity'],
): Diagnostic {
  const value = String(section.limits[parameter]);
  return { code: 'out-of-range', severity, path: section.because[parameter] ?? parameter, value };
}
