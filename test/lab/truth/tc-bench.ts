import { removeDomain, startDomain } from '../domains.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { type Bench, runLines } from './bench.ts';
import type { State } from './state.ts';
import { stopwatch } from './stopwatch.ts';
import { judgeTaps, type Tap } from './tap-bench.ts';
import { type Devices, type TapLimits, tapLimits, tcState } from './tc-states.ts';
import type { Asker } from './told.ts';
import { trafficThrough } from './traffic.ts';

const name = 'instance-00000fa1';
const alone = 8;
/** Those after the others have one MAC, as an interface and its stand-in have. */
const alike = [0, 1].map(n => ({ dev: `tapalike${n}`, mac: 'fa:16:3e:00:fa:01' }));
const partnerOf = (slot: number) => `vqp${slot}`;
const ifbOf = (slot: number) => `vqi${slot}`;

/** A domain with taps on a Linux bridge. */
export async function tcBench(hypervisor: Hypervisor, asker: Asker): Promise<Bench> {
  const nics = Array.from({ length: alone }, (_, slot) => ({
    kind: 'bridge' as const,
    bandwidth: bandwidthXml(tapLimits(slot)),
  }));
  const devices = alike.map(interfaceXml).join('');
  const domain = await startDomain(hypervisor, { name, vcpus: 1, disks: [{ format: 'raw' }], nics, devices });
  const taps: readonly Tap[] = [...domain.nics, ...alike].map(({ dev, mac }, slot) => ({
    dev,
    mac,
    limits: tapLimits(slot),
  }));
  const partners = taps.map((_, slot) => partnerOf(slot));
  const ifbs = taps.map((_, slot) => ifbOf(slot));
  // Every qdisc that goes waits for the others' readers, which takes an emulated machine long.
  await hypervisor.shell('echo 1 > /sys/kernel/rcu_expedited');
  await batch(
    hypervisor,
    'ip',
    ifbs.flatMap(ifb => [`link add ${ifb} type ifb`, `link set ${ifb} up`]),
  );
  await batch(hypervisor, 'tc', ifbs.flatMap(shapedIfb));
  const pid = (await hypervisor.shell(`cat /run/libvirt/qemu/${name}.pid`)).trim();
  const traffic = await trafficThrough(hypervisor, [
    ...taps.map(({ dev }) => ({ dev, pid, bridge: 'br0' })),
    ...partners.map(dev => ({ dev, pid: 'new', bridge: 'br0' })),
  ]);
  await batch(
    hypervisor,
    'ip',
    partners.map(dev => `link set ${dev} master br0 up`),
  );
  const place = { hypervisor, asker, domain, traffic, taps, partnerOf };
  const devicesOf = (slot: number): Devices => ({
    tap: taps[slot]?.dev ?? '',
    partner: partnerOf(slot),
    ifb: ifbOf(slot),
  });
  const reset = ({ slot, hasPartner }: State) => [
    ...[devicesOf(slot).tap, ...(hasPartner ? [partnerOf(slot)] : [])].flatMap(dev =>
      ['root', 'ingress', 'clsact'].map(what => `tc qdisc del dev ${dev} ${what}`),
    ),
    ...['police', 'gact'].map(kind => `tc actions del action ${kind} index ${70 + slot}`),
  ];
  let dirty: readonly State[] = taps.map((_, slot) => ({ slot, hasPartner: true }) as State);
  return {
    area: 'tc',
    slots: taps.length,
    state: (seed, number, slot) => tcState(seed, number, slot, devicesOf(slot)),
    reset,
    judge: async states => {
      const watch = stopwatch();
      await runLines(
        hypervisor,
        dirty.flatMap(state => reset(state)),
      );
      dirty = states;
      watch('reset');
      const failed = await runLines(
        hypervisor,
        states.flatMap(({ script }) => script),
      );
      watch('set');
      if (process.env.TRUTH_DEBUG) for (const line of failed) process.stderr.write(`not taken: ${line}\n`);
      return judgeTaps(place, states);
    },
    close: async () => {
      traffic.close();
      await removeDomain(hypervisor, domain);
      await batch(
        hypervisor,
        'ip',
        ifbs.map(ifb => `link del ${ifb}`),
      );
    },
  };
}

async function batch(hypervisor: Hypervisor, program: 'ip' | 'tc', lines: readonly string[]): Promise<void> {
  await hypervisor.shell(`${program} -batch -`, { input: `${lines.join('\n')}\n` });
}

/** Every other one limits what is sent to it. */
function shapedIfb(ifb: string, slot: number): readonly string[] {
  if (slot % 2 === 0) return [];
  return [
    `qdisc add dev ${ifb} root handle 1: htb default 1`,
    `class add dev ${ifb} parent 1: classid 1:1 htb rate 512kbit`,
  ];
}

/** The element by which libvirt is asked for them. */
export function bandwidthXml({ inbound, outbound }: TapLimits): string {
  const peak = inbound.ceil === undefined ? '' : ` peak="${inbound.ceil / 8}"`;
  return `<bandwidth><inbound average="${inbound.rate / 8}"${peak} burst="${inbound.burst}"/><outbound average="${outbound.rate / 8}" burst="${outbound.burst}"/></bandwidth>`;
}

function interfaceXml({ dev, mac }: { readonly dev: string; readonly mac: string }, n: number): string {
  return `<interface type="bridge"><mac address="${mac}"/><model type="virtio"/><source bridge="br0"/><target dev="${dev}"/>${bandwidthXml(tapLimits(alone + n))}</interface>`;
}
