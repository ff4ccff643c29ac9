import type { DiskDefinition, DomainDefinition } from '../domain/definition.ts';
import { interfaceEnforcer } from '../domain/enforcement.ts';
import { shapedDirection } from '../verify/expect-tc.ts';
import type { HostFacts } from '../verify/host-facts.ts';
import { qemuKnobs } from '../verify/qemu-knobs.ts';
import type { Reading } from '../verify/reading.ts';
import type { CpuBandwidth } from './cpu.ts';
import type { DiskState } from './disk.ts';
import type { NicState, PortFlows } from './nic-state.ts';

/** What is there of a domain's interfaces that tc or Open vSwitch can limit. @param openflow by device */
export function nicStates(
  { interfaces }: DomainDefinition,
  facts: HostFacts,
  openflow?: ReadonlyMap<string, PortFlows>,
): readonly NicState[] {
  return interfaces.flatMap((nic): readonly NicState[] => {
    const { dev } = nic;
    if (dev === undefined || interfaceEnforcer(nic) === 'none') return [];
    const tc = facts.taps?.get(dev);
    const flows = openflow?.get(dev);
    return [
      {
        nic,
        dev,
        shaped: shapedDirection(nic, facts),
        ...(tc && { tc }),
        ...(flows && { openflow: flows }),
        ...(facts.ovs && facts.ovsPorts.has(dev) && { ovs: facts.ovs }),
      },
    ];
  });
}

/** The quotas among the readings of a domain's cgroups. */
export function cpuBandwidths(readings: readonly Reading[]): readonly CpuBandwidth[] {
  return readings.flatMap(({ layer, knob, subject, values }): readonly CpuBandwidth[] => {
    if (layer !== 'cgroup' || !/^cpu\.(?:max|cfs_quota_us)$/.test(knob)) return [];
    const { quota } = values ?? {};
    const period = values?.period ?? periodOf(readings, subject);
    return typeof quota === 'number' && quota > 0 && typeof period === 'number'
      ? [{ subject, quotaUs: quota, periodUs: period }]
      : [];
  });
}

/** cgroup v1 has it in a file of its own. */
function periodOf(readings: readonly Reading[], subject: string): number | string | undefined {
  const own = readings.find(
    one => one.layer === 'cgroup' && one.subject === subject && one.knob === 'cpu.cfs_period_us',
  );
  return own?.values?.period;
}

/** The throttles among the readings of a domain's disks. */
export function diskStates({ disks }: DomainDefinition, readings: readonly Reading[]): readonly DiskState[] {
  const names = new Map(qemuKnobs.map(({ knob, parameter }) => [knob, parameter]));
  const throttles = new Map<string, Record<string, number>>();
  for (const { layer, subject, knob, values } of readings) {
    const parameter = names.get(knob);
    if (layer !== 'qemu' || parameter === undefined || typeof values?.value !== 'number') continue;
    throttles.set(subject, { ...throttles.get(subject), [parameter]: values.value });
  }
  return disks.map(disk => {
    const throttle = throttles.get(disk.target);
    return { disk, ...(throttle && { throttle }), shares: sharing(disk, disks) };
  });
}

/** Disks of one group share one bucket. */
function sharing({ target, iotune }: DiskDefinition, disks: readonly DiskDefinition[]): readonly string[] {
  if (iotune.group_name === undefined) return [];
  const others = disks.filter(one => one.iotune.group_name === iotune.group_name && one.target !== target);
  return others.map(one => one.target);
}
