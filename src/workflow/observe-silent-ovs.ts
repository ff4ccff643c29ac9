import type { InterfaceDefinition } from '../domain/definition.ts';
import { interfaceEnforcer } from '../domain/enforcement.ts';
import { isOpenVswitchs } from '../observed/policers.ts';
import { policersOf } from '../observed/tc-policer.ts';
import type { HostReader } from '../ports/host.ts';
import type { TapLimits } from '../verify/host-facts.ts';
import type { ObservedTc } from './observe-tc.ts';
import { look } from './unseen.ts';

/**
 * The interfaces that are ports of an Open vSwitch whose database does not answer, each with why: those that libvirt
 * knows, and taps that the kernel says are ports, or that have tc state as only Open vSwitch makes it.
 */
export async function silentPorts(
  host: HostReader,
  nics: readonly InterfaceDefinition[],
  tc: readonly (ObservedTc | undefined)[],
  why: string,
): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all(
    nics.map(async (nic, index) => {
      const isPort =
        interfaceEnforcer(nic) === 'ovs' ||
        (nic.type === 'ethernet' && (await isPortByKernel(host, nic.dev, tc[index]?.state)));
      return isPort && nic.dev !== undefined ? ([[nic.dev, why]] as const) : [];
    }),
  );
  return new Map(found.flat());
}

/** A device has a folder entry `upper_…` for what it is plugged into. @see linux net/core/dev.c:netdev_adjacent_sysfs_add */
async function isPortByKernel(
  host: HostReader,
  dev: string | undefined,
  state: TapLimits | undefined,
): Promise<boolean> {
  if (dev === undefined || /[/\s]|^\.\.?$/.test(dev)) return false;
  const folder = await look(() => host.listFolder(`/sys/class/net/${dev}`));
  if ('found' in folder && folder.found !== undefined) return folder.found.includes('upper_ovs-system');
  const { classes = [], ingress = [] } = state ?? {};
  return classes.some(one => one.handle === '1:fffe') || policersOf(ingress).some(isOpenVswitchs);
}

/** What tc has on a port of which it cannot be told what it must hold: shown, and not judged. */
export function undecided({ readings, ...rest }: ObservedTc, why: string): ObservedTc {
  const unreadable = `Open vSwitch's database does not answer, and this is its port: ${why}`;
  return {
    ...rest,
    readings: readings.map(({ layer, subject, knob, evidence }) => ({
      layer,
      subject,
      knob,
      unreadable,
      evidence,
    })),
  };
}
