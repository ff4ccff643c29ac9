/**
 * Every conversion between the units in which one limit is written along its way. Named for both ends; each cites
 * where the other side does the same. Plain numbers: all are exact below 2^53.
 */
import { cpuSharesV1 } from './ranges.ts';

/** Where the kernel's tc clock ticks, in ticks per µs: one tick is 64 ns. @see linux include/net/pkt_sched.h:PSCHED_SHIFT */
const TICKS_PER_US = 15.625;

/** Ticks are unsigned 32 bit. */
const TICKS = 2 ** 32;

/** What tc assumes as the largest packet where no burst is given, in bytes. @see iproute2 tc/q_htb.c:htb_parse_class_opt */
const TC_DEFAULT_MTU = 1600;

/** How iproute2 rounds between bytes and ticks: `truncating` before 6.15 (through whole µs), `exact` since. */
export type TcRounding = 'truncating' | 'exact';

/** kB/s of 1000 bytes (`average`, `peak`; tc's `kbps`) → B/s. @see iproute2 tc/tc_util.c:get_rate64 */
export function kilobytesToBytes(kilobytes: number): number {
  return kilobytes * 1000;
}

/** B/s → kB/s of 1000 bytes; may be a fraction. */
export function bytesToKilobytes(bytes: number): number {
  return bytes / 1000;
}

/** KiB (`burst`; tc's `kb`) → bytes. @see iproute2 tc/tc_util.c:get_size */
export function kibibytesToBytes(kibibytes: number): number {
  return kibibytes * 1024;
}

/** Bytes → KiB (`burst`); may be a fraction. */
export function bytesToKibibytes(bytes: number): number {
  return bytes / 1024;
}

/** µs → s, in which Prometheus counts. */
export function microsecondsToSeconds(microseconds: number): number {
  return microseconds / 1_000_000;
}

/** kB/s → Kbit/s as tc prints it (SI). @see iproute2 lib/utils_math.c:get_rate64 */
export function kilobytesToKbit(kilobytes: number): number {
  return kilobytes * 8;
}

/**
 * A weight of systemd's scale (1–10000) → of BFQ's (1–1000); 100 is the default on both.
 * @see systemd src/basic/cgroup-util.h:BFQ_WEIGHT
 */
export function ioWeightToBfq(weight: number): number {
  return weight <= 100 ? weight : 100 + Math.floor(((weight - 100) * 900) / 9900);
}

/** A weight of BFQ's scale → the smallest of systemd's that comes to it. @see systemd src/basic/cgroup-util.h:BFQ_WEIGHT */
export function bfqToIoWeight(weight: number): number {
  return weight <= 100 ? weight : 100 + (weight - 100) * 11;
}

/**
 * systemd's weight of a unit → `cpu.shares`, as systemd writes it on cgroup v1.
 * @see systemd src/core/cgroup.c:cgroup_cpu_weight_to_shares
 */
export function cpuWeightToShares(weight: number): number {
  return Math.min(cpuSharesV1.max, Math.max(cpuSharesV1.min, Math.floor((weight * 1024) / 100)));
}

/** kB/s → bit/s in a QoS or Queue row. @see libvirt src/util/virnetdevopenvswitch.c:virNetDevOpenvswitchInterfaceSetTxQos */
export function kilobytesToBits(kilobytes: number): number {
  return kilobytes * 8000;
}

/** KiB → bits, the `burst` of a QoS or Queue row. @see libvirt src/util/virnetdevopenvswitch.c */
export function kibibytesToBits(kibibytes: number): number {
  return kibibytes * 8192;
}

/** kB/s → kbit/s of `ingress_policing_rate`. @see libvirt virnetdevopenvswitch.c:virNetDevOpenvswitchInterfaceSetRxQos */
export function kilobytesToPolicingRate(kilobytes: number): number {
  return kilobytes * 8;
}

/** KiB → kbit of `ingress_policing_burst`. @see libvirt virnetdevopenvswitch.c:virNetDevOpenvswitchInterfaceSetRxQos */
export function kibibytesToPolicingBurst(kibibytes: number): number {
  return kibibytes * 8;
}

/** `ingress_policing_rate` in kbit/s → the kernel's rate in B/s. @see openvswitch lib/netdev-linux.c:tc_policer_init */
export function policingRateToBytes(kbitPerSec: number): number {
  return (kbitPerSec * 1000) / 8;
}

/**
 * `ingress_policing_burst` in kbit → the kernel's burst in bytes; 0 stands for 8000 kbit.
 * Open vSwitch takes 1024 bits here, unlike for the rate. @see openvswitch lib/netdev-linux.c:tc_policer_init
 */
export function policingBurstToBytes(kbit: number): number {
  return ((kbit === 0 ? 8000 : kbit) * 1024) / 8;
}

/** bit/s or bits of a QoS or Queue row → bytes, rounded down. @see openvswitch lib/netdev-linux.c:htb_parse_class_details__ */
export function bitsToBytes(bits: number): number {
  return Math.floor(bits / 8);
}

/** kbit/s or kbit of 1000 bits → B/s or bytes, rounded down. @see neutron neutron/agent/linux/tc_lib.py:add_tc_filter_policy */
export function kilobitsToBytes(kilobits: number): number {
  return Math.floor((kilobits * 1000) / 8);
}

/** kbit/s or kbit of 1000 bits → bit/s or bits of a QoS or Queue row. @see neutron neutron/agent/common/ovs_lib.py:_update_queue */
export function kilobitsToBits(kilobits: number): number {
  return kilobits * 1000;
}

/** kbit of a burst → bytes as MidoNet reckons, with 1024 bits. @see midonet Tcmsg.scala:TcPolice */
export function kilobitsToMidonetBytes(kilobits: number): number {
  return kilobits * 128;
}

/** kbit/s → Mbit/s of a virtual function: rounded half up, and at least 1. @see neutron eswitch_manager.py:set_device_rate */
export function kilobitsToVfMegabits(kilobits: number): number {
  return kilobits > 0 && kilobits < 1000 ? 1 : Math.floor(kilobits / 1000 + 0.5);
}

/** What passes at a rate in B/s within some ms, in bytes, rounded up. */
export function bytesIn(rateBps: number, milliseconds: number): number {
  return Math.ceil((rateBps * milliseconds) / 1000);
}

/** The burst that tc takes where none is given: one large packet and what a clock tick lets through. */
export function tcDefaultBurstBytes(rateBps: number): number {
  return Math.floor(rateBps / 1e9) + TC_DEFAULT_MTU;
}

/**
 * A burst in bytes → the ticks that tc gives the kernel. What does not fit wraps before 6.15 and is cut since.
 * @see iproute2 tc/tc_core.c:tc_calc_xmittime, tc_core_time2tick
 */
export function bytesToTcTicks(rateBps: number, bytes: number, rounding: TcRounding): number {
  const microseconds = 1e6 * (bytes / rateBps);
  if (rounding === 'exact') return Math.min(Math.ceil(microseconds * TICKS_PER_US), TICKS - 1);
  return Math.trunc((Math.trunc(microseconds) % TICKS) * TICKS_PER_US) % TICKS;
}

/** Whether the ticks of a burst fit the kernel's 32 bits: it must not last longer than 274.8 s at its rate. */
export function fitsTcTicks(rateBps: number, bytes: number): boolean {
  return 1e6 * (bytes / rateBps) * TICKS_PER_US < TICKS;
}

/** The largest burst in bytes that every tc can tell the kernel at a rate in B/s: the last tick stands for too many. */
export function maxTcBurstBytes(rateBps: number): number {
  return Math.floor(((TICKS - 2) / TICKS_PER_US / 1e6) * rateBps);
}

/** Whether newer tc refuses a burst ("burst out of range"): the largest number of ticks stands for too many. @see iproute2 tc/m_police.c */
export function isRefusedByTc(rateBps: number, bytes: number): boolean {
  return bytesToTcTicks(rateBps, bytes, 'exact') === TICKS - 1;
}

/** The kernel's ticks → the bytes that tc shows. @see iproute2 tc/tc_core.c:tc_calc_xmitsize, tc_core_tick2time */
export function tcTicksToBytes(rateBps: number, ticks: number, rounding: TcRounding): number {
  const microseconds = ticks / TICKS_PER_US;
  return Math.trunc((rateBps * (rounding === 'exact' ? microseconds : Math.trunc(microseconds))) / 1e6);
}

/** A burst in bytes as tc shows it → one that, told to tc, is shown the same: what it cut is not cut once more. */
export function bytesShownToTold(rateBps: number, shown: number, rounding: TcRounding): number {
  if (rounding === 'exact' || rateBps === 0) return shown;
  const microseconds = Math.ceil((shown * 1e6) / rateBps);
  return Math.ceil((microseconds * rateBps) / 1e6);
}

/** A burst in bytes → the ticks that Open vSwitch gives the kernel. @see openvswitch lib/netdev-linux.c:tc_bytes_to_ticks */
export function bytesToOvsTicks(rateBps: number, bytes: number): number {
  return rateBps === 0 ? 0 : Math.floor((TICKS_PER_US * 1e6 * bytes) / rateBps) % TICKS;
}

/** What tc prints: a count of a unit, which is a power (of 1000 bit/s, of 1024 bytes). */
export interface TcPrinted {
  readonly count: number;
  readonly power: number;
}

/**
 * A rate in B/s as tc prints it, in bits: tc cuts what it prints with four or more digits of the next smaller unit, so
 * from 1 Gbit/s up to 1 Mbit/s is lost. @see iproute2 lib/json_print.c:print_color_rate
 */
export function printedTcRate(rateBps: number): TcPrinted {
  let count = rateBps * 8;
  let power = 0;
  while (power < 4 && count >= 1000 && (count % 1000 === 0 || count >= 1_000_000)) {
    count = Math.floor(count / 1000);
    power += 1;
  }
  return { count, power };
}

/** A rate as it can be read back from tc's text, in B/s. */
export function rateInTcText(rateBps: number): number {
  const { count, power } = printedTcRate(rateBps);
  return (count * 1000 ** power) / 8;
}

/** A size in bytes as tc prints it: near a whole unit that unit, six digits. @see iproute2 lib/json_print_math.c:sprint_size */
export function printedTcSize(bytes: number): TcPrinted {
  for (const { power, within } of tcSizeUnits) {
    const unit = 1024 ** power;
    const count = Math.round(bytes / unit);
    if (bytes >= unit && Math.abs(count * unit - bytes) < within)
      return { count: Number(count.toPrecision(6)), power };
  }
  return { count: bytes, power: 0 };
}

/** A size as it can be read back from tc's text, in bytes. */
export function sizeInTcText(bytes: number): number {
  const { count, power } = printedTcSize(bytes);
  return count * 1024 ** power;
}

const tcSizeUnits = [
  { power: 2, within: 1024 },
  { power: 1, within: 16 },
] as const;

/** B/s → MiB/s of 1024 × 1024 bytes, for people. */
export function bytesToMebibytes(bytes: number): number {
  return bytes / 1024 ** 2;
}

/** kB/s → Mbit/s of 1 000 000 bits, for people. */
export function kilobytesToMegabits(kilobytes: number): number {
  return kilobytesToKbit(kilobytes) / 1000;
}

/** µs of CPU time per µs of period → per cent of one core, for people. */
export function quotaToPercent(quotaUs: number, periodUs: number): number {
  return (100 * quotaUs) / periodUs;
}

/** `ingress_policing_kpkts_rate` → packets a second. @see openvswitch vswitchd/vswitch.xml */
export function kilopacketsToPackets(kilopackets: number): number {
  return kilopackets * 1000;
}
