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

/** Sends UDP from one machine to another by the kernel's packet generator, and counts what arrives. */
export function sendFor(
  hypervisor: Hypervisor,
  [from, to]: readonly [Machine, Machine],
  stream: Stream,
): Promise<Arrived> {
  const counters = `ip netns exec ${to.namespace} cat /sys/class/net/e0/statistics/rx_packets /sys/class/net/e0/statistics/rx_bytes`;
  return sendCounting(hypervisor, { way: [from, to], stream, counters });
}

/** What is sent, and how it is counted. */
export interface Counting {
  /** The other end may be one that is no namespace. */
  readonly way: readonly [Machine, Omit<Machine, 'namespace'>];
  readonly stream: Stream;
  /** A shell command that prints how many packets have passed so far, and in a second line how many bytes. */
  readonly counters: string;
}

/** Sends and counts in the second half: by then a bucket that was full is empty. */
export async function sendCounting(
  hypervisor: Hypervisor,
  { way, stream, counters }: Counting,
): Promise<Arrived> {
  const generator = sending(way, stream);
  const out = await hypervisor.shell(`
modprobe pktgen
${generator.begin}
sleep 3
date +%s%N; ${counters}
sleep 4
date +%s%N; ${counters}
${generator.stop}
wait
${generator.forget}`);
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

/** Sends from several machines to one at the same time: Mbit/s that arrive of each, in their order. */
export async function contend(
  hypervisor: Hypervisor,
  senders: readonly (readonly [Machine, Stream])[],
  to: Machine,
): Promise<readonly number[]> {
  const inside = `ip netns exec ${to.namespace}`;
  const all = senders.map(([from, stream]) => sending([from, to], stream));
  const counted = senders.map(
    ([from], index) =>
      `${inside} tc filter add dev e0 ingress pref ${index + 1} protocol ip flower src_ip ${from.address} action pass`,
  );
  const count = `date +%s%N; ${inside} tc -s filter show dev e0 ingress | sed -n 's/.*Sent [0-9]* bytes \\([0-9]*\\) pkt.*/\\1/p'`;
  const out = await hypervisor.shell(
    `
modprobe pktgen
${inside} tc qdisc replace dev e0 clsact
${inside} tc filter del dev e0 ingress 2>/dev/null || true
${counted.join('\n')}
${all.map(one => one.begin).join('\n')}
sleep 4
${count}
sleep 8
${count}
${all.map(one => one.stop).join('\n')}
wait
${all.map(one => one.forget).join('\n')}`,
    { timeoutMs: 300_000 },
  );
  const [start = 0, ...numbers] = out.trim().split('\n').map(Number);
  const [before, [end = 0, ...after]] = [numbers.slice(0, senders.length), numbers.slice(senders.length)];
  const seconds = (end - start) / 1e9;
  return senders.map(([, { bytes }], index) => {
    const packets = (after[index] ?? 0) - (before[index] ?? 0);
    return (packets * bytes * 8) / seconds / 1e6;
  });
}

/** Lines of a shell that begin to send, and that end it. */
function sending([from, to]: Counting['way'], { bytes, perSecond }: Stream) {
  const inside = (script: string) =>
    `ip netns exec ${from.namespace} sh -ec "cd /proc/net/pktgen; ${script}"`;
  const settings = [
    ...['count 0', `pkt_size ${bytes}`, `ratep ${perSecond}`],
    ...[`dst_mac ${to.mac}`, `dst ${to.address}`, 'udp_dst_min 9', 'udp_dst_max 9'],
  ];
  return {
    begin: `${inside('echo rem_device_all >kpktgend_0; echo add_device e0 >kpktgend_0')}
${settings.map(setting => inside(`echo ${setting} >e0`)).join('\n')}
${inside('echo start >pgctrl')} </dev/null >/dev/null 2>&1 &`,
    stop: inside('echo stop >pgctrl'),
    forget: inside('echo rem_device_all >kpktgend_0'),
  };
}
