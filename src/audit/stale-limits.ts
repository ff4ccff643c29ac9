import type { DomainDefinition } from '../domain/definition.ts';
import { mergeLimits } from '../domain/merge.ts';
import { type DeviceRef, deviceName, deviceSubject, type Limits, type Parameter } from '../domain/tuning.ts';
import { unaskedLimits } from '../domain/unasked.ts';
import type { Scope } from '../ports/hypervisor.ts';
import type { AuditInput } from './domain-audit.ts';
import type { Finding } from './finding.ts';
import { effectOf } from './idle-limits.ts';
import { applying } from './repair.ts';
import { severityOf } from './severity.ts';

/** A device's limits for which nobody asks. */
interface Stale {
  readonly device: DeviceRef;
  /** The first of the definitions that has them: the running domain's, else the persistent one. */
  readonly scope: Scope;
  readonly values: Readonly<Partial<Record<Parameter, number>>>;
}

/**
 * Limits in libvirt's definitions that are not (or no longer) asked for: one finding a device. Only where somebody says
 * what is asked, and only of what a flavor can ask for.
 */
export function staleLimits(input: AuditInput): readonly Finding[] {
  if (input.source === 'libvirt') return [];
  const found = new Map<string, Stale>();
  for (const scope of ['live', 'config'] as const) {
    const definition = input.definitions[scope];
    if (definition === undefined) continue;
    for (const stale of staleIn(definition, scope, input)) {
      const name = deviceName(stale.device);
      if (!found.has(name)) found.set(name, stale);
    }
  }
  return [...found.values()].map(stale => findingOf(stale, input));
}

function staleIn(
  definition: DomainDefinition,
  scope: Scope,
  { tuning, facts }: AuditInput,
): readonly Stale[] {
  const unasked = unaskedLimits(definition, tuning[scope] ?? []);
  return unasked.flatMap(({ device, defined, extra }): Stale[] => {
    if (isEmptyDrive(definition, device)) return [];
    const limiting = extra.filter(
      parameter =>
        effectOf(parameter, defined, facts) !== 0 &&
        !isPeriodOfAskedQuota(parameter, extra) &&
        !isPeakOfAskedAverage(parameter, defined, extra) &&
        !isNovasDefault(definition, parameter),
    );
    if (limiting.length === 0) return [];
    return [{ device, scope, values: Object.fromEntries(limiting.map(one => [one, defined[one]])) }];
  });
}

/** With a medium its limits may be asked for again. */
function isEmptyDrive({ disks }: DomainDefinition, device: DeviceRef): boolean {
  return disks.some(
    one => device.kind === 'disk' && one.target === device.target && one.source === undefined,
  );
}

/** Who asks for a quota alone has it counted in the period that there is. */
function isPeriodOfAskedQuota(parameter: Parameter, extra: readonly Parameter[]): boolean {
  return parameter === 'vcpu_period' && !extra.includes('vcpu_quota');
}

/** The average as its own peak limits nothing more: an apply writes it on ports of Open vSwitch. */
function isPeakOfAskedAverage(
  parameter: Parameter,
  { 'inbound.average': average, 'inbound.peak': peak }: Limits,
  extra: readonly Parameter[],
): boolean {
  return parameter === 'inbound.peak' && peak === average && !extra.includes('inbound.average');
}

/** Up to Nova 25 every domain had it. @see nova f77a9fee5b, LP#1978489 */
function isNovasDefault({ nova, vcpus, cputune }: DomainDefinition, parameter: Parameter): boolean {
  return parameter === 'cpu_shares' && nova !== undefined && cputune.cpu_shares === 1024 * vcpus;
}

function findingOf(
  { device, scope, values }: Stale,
  { domain, source, repair, definitions, tuning }: AuditInput,
): Finding {
  const parameters = Object.keys(values) as Parameter[];
  const text = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  const both = definitions.live !== undefined && definitions.config !== undefined;
  const scopes = both ? ['--live', '--config'] : [];
  const asked = tuning[scope]?.find(one => deviceName(one.device) === deviceName(device));
  const after = asked && mergeLimits(device, values, asked.limits);
  const isDisplacing = device.kind === 'disk' && after !== undefined && parameters.every(one => !after[one]);
  const told = { record: 'our record of what was asked', 'nova-metadata': "Nova's metadata" };
  const witness = source in told ? told[source as keyof typeof told] : 'what is asked';
  return {
    cause: 'stale-limit',
    severity: severityOf('stale-limit'),
    explanation: isDisplacing
      ? `${witness} says something else in its place: it was set through libvirt, and goes when that is set again`
      : `${witness} says nothing of it, and libvirt's definition has it: it stays in force`,
    device,
    parameters,
    because: [],
    layer: scope,
    subject: deviceSubject(device),
    knob: parameters[0] ?? '',
    observed: values as Readonly<Record<string, number>>,
    evidence: { source: `virDomainGetXMLDesc(${scope})`, text: text.join(' ') },
    ...(repair && {
      repair: applying(repair, domain.name, [...scopes, ...(isDisplacing ? [] : ['--prune'])]),
    }),
  };
}
