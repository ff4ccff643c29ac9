import type { Hypervisor } from './hypervisor.ts';

/** What is sent, and where what arrives of it is counted. */
export interface Traffic {
  /** A network namespace that sends. Absent: the hypervisor itself. */
  readonly from?: string;
  readonly to: string;
  /** UDP. */
  readonly port: number;
  /** What is offered, kbit/s on the wire. */
  readonly offeredKbit: number;
  /** A shell command that prints how many bytes have passed so far. */
  readonly count: string;
}

/** Length of the datagrams on the wire: 1000 bytes with the headers of UDP, IPv4 and Ethernet. */
export const wireBytes = 1042;

/** Sends as many as are due since it began; a machine that was late does not flood afterwards. */
const sender = `
const [host, port, kbit, seconds] = process.argv.slice(2);
const socket = require('node:dgram').createSocket('udp4');
const data = Buffer.alloc(${wireBytes - 42});
const perMs = Number(kbit) / 8 / ${wireBytes};
let last = performance.now();
const end = last + Number(seconds) * 1000;
let due = 0;
setInterval(() => {
  const now = performance.now();
  due = Math.min(due + (now - last) * perMs, 100);
  last = now;
  for (; due >= 1; due -= 1) socket.send(data, Number(port), host);
  if (now > end) process.exit();
}, 5);
`;

const windows = 3;
const windowSeconds = 3;

/**
 * How much passes in bit/s at most, of a few windows of the hypervisor's own clock after the bursts are used up: where it
 * stood still for a moment less passes, and a limit holds in all of them.
 */
export async function passing(hypervisor: Hypervisor, traffic: Traffic): Promise<number> {
  const { from, to, port, offeredKbit, count } = traffic;
  await hypervisor.writeFile('/root/sender.cjs', sender);
  const inside = from === undefined ? '' : `ip netns exec ${from} `;
  const seconds = windows * windowSeconds + 4;
  const out = await hypervisor.shell(
    `${inside}node /root/sender.cjs ${to} ${port} ${offeredKbit} ${seconds} &
sleep 2
for window in $(seq ${windows}); do
  begin=$(date +%s%N); first=$(${count})
  sleep ${windowSeconds}
  end=$(date +%s%N); last=$(${count})
  echo $(( (last - first) * 8000000 / ((end - begin) / 1000) ))
done
wait`,
    { timeoutMs: 300_000 },
  );
  return Math.max(...out.trim().split('\n').map(Number));
}

/** Bytes that a device has received. */
export function received(dev: string, namespace?: string): string {
  const inside = namespace === undefined ? '' : `ip netns exec ${namespace} `;
  return `${inside}cat /sys/class/net/${dev}/statistics/rx_bytes`;
}

/** Bytes of datagrams that came to a UDP port at which nobody listens. */
export const refusedDatagrams = `awk '/^Udp: [0-9]/ { print $3 * ${wireBytes} }' /proc/net/snmp`;
