import type { BandwidthParameter } from '../domain/bandwidth.ts';
import type { InterfaceDefinition } from '../domain/definition.ts';
import { interfaceEnforcer } from '../domain/enforcement.ts';
import { interfaceName } from '../domain/interface-identity.ts';
import { networkBurst } from '../ranges.ts';
import { kibibytesToBytes, kilobytesToBytes, tcDefaultBurstBytes } from '../units.ts';
import type { Expectation } from './expectation.ts';
import type { HostFacts } from './host-facts.ts';
import { classesAreExact, type TcLimit, type TcValues, tcValues } from './tc-values.ts';
import { limitOf } from './unlimited.ts';
import { keysOf, present, type Wanted } from './wanted.ts';

type Direction = 'inbound' | 'outbound';

/**
 * What tc must hold for an interface that libvirt limits through tc: an htb class for one direction, a policer for the
 * other. Without limits neither may be there, except where somebody else may rightly have put them (Open vSwitch's
 * ports, macvtaps).
 *
 * @see libvirt src/util/virnetdevbandwidth.c:virNetDevBandwidthSet
 */
export function expectTc(wanted: Wanted, nic: InterfaceDefinition, facts: HostFacts): readonly Expectation[] {
  const shaped = shapedDirection(nic, facts);
  const policed = shaped === 'inbound' ? 'outbound' : 'inbound';
  const alone = interfaceEnforcer(nic) === 'tap' && !facts.ovsPorts.has(nic.dev ?? '');
  const subject = nic.dev ?? interfaceName(nic);
  const htbClass = knob(wanted, subject, 'class htb 1:1', shaped, htbValues(wanted, shaped, facts));
  const police = knob(wanted, subject, 'police', policed, policeValues(wanted, policed, facts));
  const own = [htbClass, police].filter(expectation => expectation.expected !== undefined || alone);
  return [...own, ...expectFloor(wanted, nic)];
}

/**
 * A floor is a class on the bridge of the interface's network. Which one of them is not looked at, so the verdict stays
 * open. @see libvirt src/util/virnetdevbandwidth.c:virNetDevBandwidthPlug
 */
function expectFloor(wanted: Wanted, nic: InterfaceDefinition): readonly Expectation[] {
  const floor = limitOf(wanted.limits, 'inbound.floor');
  if (floor === undefined) return [];
  const parameters = ['inbound.floor'] as const;
  return [
    {
      layer: 'tc',
      device: wanted.device,
      subject: nic.source ?? interfaceName(nic),
      knob: `class htb of ${interfaceName(nic)}`,
      parameters,
      because: keysOf(wanted, parameters),
      expected: { rateBps: kilobytesToBytes(floor) },
    },
  ];
}

/**
 * The direction, seen from the guest, that goes through htb: what the host sends into the device. That is inbound for a
 * tap and outbound for a macvtap; libvirt before 9.0 took every `ethernet` for a macvtap.
 *
 * @see libvirt src/conf/domain_conf.c:virDomainNetTypeSharesHostView
 */
export function shapedDirection(nic: InterfaceDefinition, facts: HostFacts): Direction {
  if (nic.type === 'direct') return 'outbound';
  if (nic.type !== 'ethernet') return 'inbound';
  const version = facts.libvirtVersion ?? Number.POSITIVE_INFINITY;
  if (version < 9_000_000) return 'outbound';
  return version >= 10_000_000 && !nic.managed && facts.macvtaps.has(nic.dev ?? '') ? 'outbound' : 'inbound';
}

function htbValues(wanted: Wanted, direction: Direction, facts: HostFacts): Partial<TcValues> {
  const limits = limitsOf(wanted, direction);
  if (limits.average === undefined) return {};
  const rateBps = kilobytesToBytes(limits.average);
  const burstBytes =
    limits.burst === undefined ? tcDefaultBurstBytes(rateBps) : kibibytesToBytes(limits.burst);
  const ceilBps = kilobytesToBytes(limits.peak ?? limits.average);
  const limit: TcLimit = { rateBps, ceilBps, burstBytes, writer: 'tc' };
  return tcValues(limit, classesAreExact(facts), facts);
}

/** A policer knows no peak. */
function policeValues(wanted: Wanted, direction: Direction, facts: HostFacts): Partial<TcValues> {
  const { average, burst } = limitsOf(wanted, direction);
  if (average === undefined) return {};
  const burstBytes = kibibytesToBytes(burst ?? defaultPoliceBurst(average));
  return tcValues({ rateBps: kilobytesToBytes(average), burstBytes, writer: 'tc' }, false, facts);
}

/** The burst in KiB that libvirt gives a policer where none is asked for: as many KiB as the average has kB/s. */
export function defaultPoliceBurst(average: number): number {
  return Math.min(average, networkBurst.max);
}

function limitsOf({ limits }: Wanted, direction: Direction) {
  return {
    average: limitOf(limits, `${direction}.average`),
    peak: limitOf(limits, `${direction}.peak`),
    burst: limitOf(limits, `${direction}.burst`),
  };
}

function knob(
  wanted: Wanted,
  subject: string,
  name: string,
  direction: Direction,
  values: Partial<TcValues>,
): Expectation {
  const average: BandwidthParameter = `${direction}.average`;
  const all: readonly BandwidthParameter[] =
    name === 'police'
      ? [average, `${direction}.burst`]
      : [average, `${direction}.peak`, `${direction}.burst`];
  const carried = limitOf(wanted.limits, average) === undefined ? [average] : present(wanted, all);
  return {
    layer: 'tc',
    device: wanted.device,
    subject,
    knob: name,
    parameters: carried,
    because: keysOf(wanted, carried),
    ...values,
  };
}
