import type { Hypervisor } from './hypervisor.ts';

/** A network namespace with a device `e0`, and how packets are sent to it. */
export interface Machine {
  readonly namespace: string;
  readonly mac: string;
  readonly address: string;
}

/** What is sent: packets of so many bytes without the frame's checksum, so many a second by the guest's own clock. */
export interface Stream {
  readonly bytes: number;
  readonly perSecond: number;
}

/** What arrived in a second. */
export interface Arrived {
  readonly packets: number;
  /** Mbit of 1 000 000 bits, with the Ethernet header. */
  readonly megabits: number;
}

/**
 * Sends UDP from one machine to another by the kernel's packet generator, and counts what arrives in the second half: by
 * then a bucket that was full is empty.
 */
export async function sendFor(
  hypervisor: Hypervisor,
  [from, to]: readonly [Machine, Machine],
  { bytes, perSecond }: Stream,
): Promise<Arrived> {
  const counters = `ip netns exec ${to.namespace} cat /sys/class/net/e0/statistics/rx_packets /sys/class/net/e0/statistics/rx_bytes`;
  const inside = (script: string) =>
    `ip netns exec ${from.namespace} sh -ec "cd /proc/net/pktgen; ${script}"`;
  const settings = [
    ...['count 0', `pkt_size ${bytes}`, `ratep ${perSecond}`],
    ...[`dst_mac ${to.mac}`, `dst ${to.address}`, 'udp_dst_min 9', 'udp_dst_max 9'],
  ];
  const out = await hypervisor.shell(`
modprobe pktgen
${inside('echo rem_device_all >kpktgend_0; echo add_device e0 >kpktgend_0')}
${settings.map(setting => inside(`echo ${setting} >e0`)).join('\n')}
${inside('echo start >pgctrl')} </dev/null >/dev/null 2>&1 &
sleep 3
date +%s%N; ${counters}
sleep 4
date +%s%N; ${counters}
${inside('echo stop >pgctrl')}
wait
${inside('echo rem_device_all >kpktgend_0')}`);
  const [start = 0, packets = 0, octets = 0, end = 0, morePackets = 0, moreOctets = 0] = out
    .trim()
    .split('\n')
    .map(Number);
  const seconds = (end - start) / 1e9;
  return {
    packets: (morePackets - packets) / seconds,
    megabits: ((moreOctets - octets) * 8) / seconds / 1e6,
  };
}
