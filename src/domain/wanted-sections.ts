import type { WholeQuota } from '../intent/whole-quota.ts';
import type { DeviceTuning } from './tuning.ts';

/** What is wanted of one kind of device, whoever asked for it. */
export type WantedSection = Pick<DeviceTuning, 'limits' | 'because'>;

/** A flavor's limits for each kind of device, those of Nova's keys and of our own together. */
export interface WantedSections {
  readonly cpu: WantedSection;
  readonly memory: WantedSection;
  readonly blkio: WantedSection;
  readonly hostDevices: readonly (WantedSection & { readonly path: string })[];
  readonly disk: WantedSection;
  readonly interface: WantedSection;
}

const nothing: WantedSection = { limits: {}, because: {} };

/** Puts Nova's limits and ours together: no parameter is in both. */
export function wantedSections(quota: WholeQuota): WantedSections {
  const { own } = quota;
  if (own === undefined) {
    const { cpu, disk, interface: nic } = quota;
    return { cpu, disk, interface: nic, memory: nothing, blkio: nothing, hostDevices: [] };
  }
  const { groupName, ...disk } = own.disk;
  const group = groupName === undefined ? {} : { group_name: groupName };
  return {
    cpu: both(quota.cpu, own.cpu),
    memory: own.memory,
    blkio: own.blkio,
    hostDevices: own.hostDevices,
    disk: both(quota.disk, { because: disk.because, limits: { ...disk.limits, ...group } }),
    interface: both(quota.interface, own.interface),
  };
}

function both(nova: WantedSection, own: WantedSection): WantedSection {
  return { limits: { ...nova.limits, ...own.limits }, because: { ...nova.because, ...own.because } };
}
