import type { InterfaceDefinition } from '../domain/definition.ts';
import { interfaceEnforcer, isOvsHeld } from '../domain/enforcement.ts';
import { findInterface } from '../domain/interface-identity.ts';
import type { Parameter } from '../domain/tuning.ts';
import {
  bytesToKilobytes,
  kibibytesToBytes,
  kilobytesToBytes,
  policingBurstToBytes,
  tcDefaultBurstBytes,
} from '../units.ts';
import type { InterfaceCounters, PacketCounters } from './counters.ts';
import {
  grown,
  type Measurable,
  type Measured,
  SLACK,
  secondsBetween,
  share,
  usedOf,
  valueBeside,
} from './measured.ts';

/** The largest packet that one decision is about: segments are cut later. @see linux include/linux/netdevice.h:GSO_LEGACY_MAX_SIZE */
const LARGEST_PACKET = 65_536;

/**
 * What has gone through an interface in a second. Of what came to a policer the dropped packets are taken off at their
 * average size, as it counts no bytes of theirs.
 *
 * @see linux net/sched/sch_htb.c:htb_change_class_mode (overlimits), net/sched/act_police.c:tcf_police_act
 */
export function networkUse(given: Measurable): Measured | undefined {
  const { limit, value, live, samples } = given;
  const { device, parameter } = limit;
  if (device.kind !== 'interface') return undefined;
  const nic = findInterface(live.interfaces, device);
  const direction = parameter.startsWith('inbound') ? 'inbound' : 'outbound';
  if (nic?.dev === undefined || parameter !== deciding(nic, direction, given)) return undefined;
  const isShaped = (direction === 'inbound') !== (interfaceEnforcer(nic) === 'macvtap');
  const pick = (counters: InterfaceCounters | undefined) => (isShaped ? counters?.shaped : counters?.policed);
  const now = pick(samples.now.interfaces.get(nic.dev));
  if (now === undefined) return undefined;
  const since = difference(now, pick(samples.before?.interfaces.get(nic.dev)));
  const seconds = since && secondsBetween(samples);
  const passed = since && (isShaped ? since.bytes : since.bytes * (1 - share(since.dropped, since.packets)));
  const isKnown = passed !== undefined && seconds !== undefined;
  const used = isKnown ? bytesToKilobytes(passed / seconds) : undefined;
  const held = since ?? now;
  const { evidence, ...counters } = now;
  const burstKib = valueBeside(given, `${direction}.burst`);
  const rateBps = kilobytesToBytes(value);
  const burstBytes = burstKib === undefined ? defaultBurst(value, isShaped) : kibibytesToBytes(burstKib);
  const isOvs = isOvsHeld(interfaceEnforcer(nic));
  const [shaper, policer] = isOvs
    ? ['class htb 1:1 parent 1:fffe', 'police matchall']
    : ['class htb 1:1', 'police'];
  return {
    knob: { layer: 'tc', subject: nic.dev, knob: isShaped ? shaper : policer },
    usage: {
      device,
      parameter,
      limit: value,
      unit: limit.unit,
      ...usedOf(used, value),
      throttled: {
        ratio: share(isShaped ? held.overlimits : held.dropped, held.packets),
        counters: { ...counters },
      },
      isBiting: since !== undefined && since.overlimits + since.dropped > 0,
      exceeds: isKnown && passed > (rateBps * seconds + burstBytes + LARGEST_PACKET) * SLACK,
      evidence,
    },
  };
}

/** The rate that holds: the average, but for a shaped port of Open vSwitch, which may always use its peak. */
function deciding(nic: InterfaceDefinition, direction: 'inbound' | 'outbound', given: Measurable): Parameter {
  const peak = valueBeside(given, 'inbound.peak') ?? 0;
  const average = valueBeside(given, 'inbound.average') ?? 0;
  const usesPeak = direction === 'inbound' && isOvsHeld(interfaceEnforcer(nic)) && peak > average;
  return usesPeak ? 'inbound.peak' : `${direction}.average`;
}

/** The largest of those that are put where no burst is given: libvirt polices with a second's worth, Open vSwitch with 1 MB. */
function defaultBurst(averageKb: number, isShaped: boolean): number {
  if (isShaped) return tcDefaultBurstBytes(kilobytesToBytes(averageKb));
  return Math.max(kibibytesToBytes(averageKb), policingBurstToBytes(0));
}

/** What was counted since; undefined: not read before, or counted anew. */
function difference(now: PacketCounters, before: PacketCounters | undefined): PacketCounters | undefined {
  const names = ['bytes', 'packets', 'dropped', 'overlimits'] as const;
  const values = names.map(name => grown(now[name], before?.[name]));
  if (!values.every(value => value !== undefined)) return undefined;
  const [bytes = 0, packets = 0, dropped = 0, overlimits = 0] = values;
  return { bytes, packets, dropped, overlimits };
}
