import { bitsToBytes } from '../units.ts';

/** What a device's MTU is where nothing says another one. */
const ETHERNET_MTU = 1500;
const HEADROOM = 64;

/** `other_config` of a Queue row of a `linux-htb` port, in bit/s and bits. Absent: not set. */
export interface OvsQueue {
  readonly minBits?: number;
  readonly maxBits?: number;
  readonly burstBits?: number;
}

/** An htb class, in B/s and bytes. */
export interface HtbClass {
  readonly rateBps: number;
  readonly ceilBps: number;
  readonly burstBytes: number;
}

/**
 * The class that Open vSwitch makes of a queue, below the port's own: no less than one packet a second, and no burst less
 * than one packet with its headers.
 *
 * @param portBps the port's rate in B/s: the QoS row's `max-rate` / 8.
 * @param mtuBytes of the device
 * @see openvswitch lib/netdev-linux.c:htb_parse_class_details__
 */
export function ovsQueueClass(queue: OvsQueue, portBps: number, mtuBytes = ETHERNET_MTU): HtbClass {
  const rateBps = Math.min(Math.max(bitsToBytes(queue.minBits ?? 0), mtuBytes), portBps);
  const ceilBps = queue.maxBits === undefined ? portBps : Math.min(bitsToBytes(queue.maxBits), portBps);
  return {
    rateBps,
    ceilBps: Math.max(ceilBps, rateBps),
    burstBytes: Math.max(bitsToBytes(queue.burstBits ?? 0), mtuBytes + HEADROOM),
  };
}
