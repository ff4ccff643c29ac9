import type { DomainAudit } from '../../audit/domain-audit.ts';
import type { Finding } from '../../audit/finding.ts';
import type { LimitAudit } from '../../audit/limit-audit.ts';
import type { Usage } from '../../audit/usage.ts';
import { deviceName } from '../../domain/tuning.ts';
import type { HypervisorInfo } from '../../ports/hypervisor.ts';
import type { Evidence } from '../../verify/reading.ts';
import type { Verdict } from '../../verify/verdict.ts';
import { knobLine } from '../knob-quantity.ts';
import { readableQuantity } from '../quantity.ts';
import { shareText } from '../rate-text.ts';

/** Who says what a domain shall have. */
export const sourceTexts: Readonly<Record<DomainAudit['source'], string>> = {
  flavor: 'flavor',
  assignment: 'assignment',
  catalogue: 'flavor of the catalogue',
  'nova-metadata': "flavor in Nova's metadata",
  record: 'recorded by an earlier apply',
  libvirt: "libvirt's own definition",
};

/** `flavor m1.small`: what a domain was measured by. */
export function sourceText({ source, flavor }: Pick<DomainAudit, 'source' | 'flavor'>): string {
  return `${sourceTexts[source]}${flavor === undefined ? '' : ` ${flavor}`}`;
}

/** `32768 kB/s (32.768 MB/s)`; empty when only a definition has the limit. */
export function limitValue({ value, unit }: Pick<LimitAudit, 'value' | 'unit'>): string {
  return value === undefined ? '' : readableQuantity(value, unit);
}

/** `tc tap0 police is absent, expected rate 32768000 bytes/s …`: what is wrong, in a line. */
export function findingSentence(finding: Finding): string {
  const { layer, subject, knob, expected, observed } = finding;
  const is = `is ${knobLine(finding, observed)}`;
  return `${layer} ${subject} ${knob} ${is}, expected ${knobLine(finding, expected)}`;
}

/** What a verdict found: a value, or why there is none. */
export function observedLine({ expectation, outcome, observed, detail, reason }: Verdict): string {
  if (observed === undefined && (outcome === 'inconclusive' || outcome === 'not-applicable')) {
    return detail ?? reason ?? '';
  }
  const { expected } = expectation;
  const told =
    observed === undefined || expected === undefined || reason === 'idle'
      ? observed
      : Object.fromEntries(Object.entries(observed).filter(([name]) => expected[name] !== undefined));
  return knobLine(expectation, told);
}

/** `within burst 66 bytes: tc keeps …`; empty where a value must be met exactly. */
export function toleranceLine(of: Verdict['expectation'] | Finding): string {
  if (of.tolerance === undefined) return '';
  return `within ${knobLine(of, of.tolerance.values)}: ${of.tolerance.reason}`;
}

/** Where it was seen and what was there: `/sys/fs/cgroup/…/cpu.max: 50000 100000`. */
export function evidenceLine({ source, text }: Evidence): string {
  return `${source}${source.endsWith(':') ? '' : ':'} ${text.replaceAll('\n', ' | ') || 'nothing there'}`;
}

/** The finding that tells why a limit fails, if there is one. */
export function findingOf(limit: LimitAudit, findings: readonly Finding[]): Finding | undefined {
  const device = deviceName(limit.device);
  return findings.find(
    one =>
      one.severity !== 'note' &&
      deviceName(one.device) === device &&
      one.parameters.includes(limit.parameter),
  );
}

/**
 * Findings that are about none of the limits that fail: limits that nobody asked for, counters, what the next start takes
 * away.
 *
 * @param isTold what is told with a limit already
 */
export function findingsApart(
  { findings, limits }: DomainAudit,
  isTold = (limit: LimitAudit) => limit.outcome === 'fail',
): readonly Finding[] {
  const told = new Set(limits.filter(isTold).map(one => `${deviceName(one.device)} ${one.parameter}`));
  return findings.filter(
    one => !one.parameters.some(parameter => told.has(`${deviceName(one.device)} ${parameter}`)),
  );
}

/** `62.5 %, 20480 kB/s (20.48 MB/s)`; undefined: the counters were read only once. */
export function usedText({ used, ratio, unit }: Usage): string | undefined {
  if (used === undefined || ratio === undefined) return undefined;
  // More digits than this are noise of the clock.
  const rounded = used < 100 ? Math.round(used * 10) / 10 : Math.round(used);
  return `${shareText(ratio, 1)}, ${readableQuantity(rounded, unit)}`;
}

/** `qemu:///system, libvirt 9.0.0`. */
export function hostText({ uri, libvirtVersion: version }: HypervisorInfo): string {
  const parts = [version / 1_000_000, (version / 1000) % 1000, version % 1000].map(Math.floor);
  return `${uri}, libvirt ${parts.join('.')}`;
}
