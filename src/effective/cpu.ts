import type { DomainDefinition } from '../domain/definition.ts';
import type { DeviceTuning, Limits } from '../domain/tuning.ts';
import { type Effective, effective, inOrder, type Met } from './claim.ts';

/** What cgroups give, in µs: the quota of a group in each of its periods. */
export interface CpuBandwidth {
  /** `vcpu0`, `emulator`, `libvirt` (the whole domain), `scope`, `machine.slice` of a group around. */
  readonly subject: string;
  readonly quotaUs: number;
  readonly periodUs: number;
}

/** What the guest's vCPUs may use, in host CPUs, of all groups that hold them. */
export function effectiveCpu(
  { vcpus, cputune }: DomainDefinition,
  groups: readonly CpuBandwidth[],
  asked: DeviceTuning | undefined,
): readonly Effective[] {
  const cores = ({ quotaUs, periodUs }: CpuBandwidth) => quotaUs / periodUs;
  const own = groups.filter(group => /^vcpu\d+$/.test(group.subject));
  const around = groups.filter(group => !/^(?:emulator|(?:vcpu|iothread)\d+)$/.test(group.subject));
  const met: Met[] = around.map(group => ({
    owner: group.subject === 'libvirt' && cputune.global_quota !== undefined ? 'libvirt' : 'unknown',
    at: `cgroup ${group.subject} cpu.max`,
    value: cores(group),
    ...(isOuter(group) && { why: 'shared with all that is in this group' }),
    sees: 'everything',
    decides: false,
  }));
  if (own.length > 0) {
    const isDefined = (cputune.vcpu_quota ?? 0) > 0;
    // A vCPU without a quota may use one CPU at most.
    const free = Math.max(0, vcpus - own.length);
    met.push({
      owner: isDefined ? 'libvirt' : 'unknown',
      at: `cgroup vcpu* cpu.max (${own.length} of ${vcpus})`,
      value: free + own.reduce((sum, group) => sum + Math.min(1, cores(group)), 0),
      sees: 'everything',
      decides: false,
    });
  }
  const wanted = askedOf(vcpus, asked?.limits, asked?.because);
  if (met.length === 0 && wanted === undefined) return [];
  const head = {
    device: { kind: 'cpu' },
    limited: 'cpu',
    unit: 'CPUs',
    ...(wanted && { asked: wanted }),
  } as const;
  return [effective(head, inOrder(met))];
}

/** Whether others are in the group too. */
function isOuter({ subject }: CpuBandwidth): boolean {
  return subject !== 'libvirt' && subject !== 'scope';
}

function askedOf(
  vcpus: number,
  limits: Limits | undefined,
  because: DeviceTuning['because'] | undefined,
): Effective['asked'] | undefined {
  const quota = limits?.vcpu_quota ?? 0;
  if (quota <= 0) return undefined;
  const value = vcpus * Math.min(1, quota / (limits?.vcpu_period ?? 100_000));
  return { value, because: because?.vcpu_quota ?? '' };
}
