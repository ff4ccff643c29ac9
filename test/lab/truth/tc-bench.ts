import { removeDomain, startDomain } from '../domains.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { type Bench, makeStates } from './bench.ts';
import type { State } from './state.ts';
import { judgeTaps, type Tap, type TapPlace } from './tap-bench.ts';
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
  const place = await setScene(hypervisor, asker);
  const { taps } = place;
  const devicesOf = (slot: number): Devices => ({
    tap: taps[slot]?.dev ?? '',
    partner: partnerOf(slot),
    ifb: ifbOf(slot),
  });
  const reset = (state: Pick<State, 'slot' | 'hasPartner'>) => resetOf(devicesOf(state.slot), state);
  let dirty: readonly Pick<State, 'slot' | 'hasPartner'>[] = taps.map((_, slot) => ({
    slot,
    hasPartner: true,
  }));
  return {
    area: 'tc',
    slots: taps.length,
    state: (seed, number, slot) => tcState(seed, number, slot, devicesOf(slot)),
    reset,
    judge: async (states, isThorough) => {
      const lines = states.flatMap(({ script }) => script);
      await makeStates(hypervisor, dirty.flatMap(reset), lines);
      dirty = states;
      return judgeTaps(place, states, isThorough);
    },
    close: async () => {
      place.traffic.close();
      await removeDomain(hypervisor, place.domain);
      const ifbs = taps.map((_, slot) => `link del ${ifbOf(slot)}`);
      await batch(hypervisor, 'ip', ifbs);
    },
  };
}

/** Removes what any state may have made. */
function resetOf(
  { tap, partner }: Devices,
  { slot, hasPartner }: Pick<State, 'slot' | 'hasPartner'>,
): readonly string[] {
  return [
    ...[tap, ...(hasPartner ? [partner] : [])].flatMap(dev =>
      ['root', 'ingress', 'clsact'].map(what => `tc qdisc del dev ${dev} ${what}`),
    ),
    ...['police', 'gact'].map(kind => `tc actions del action ${kind} index ${70 + slot}`),
  ];
}

async function setScene(hypervisor: Hypervisor, asker: Asker): Promise<TapPlace> {
  const nics = Array.from({ length: alone }, (_, slot) => ({
    kind: 'bridge' as const,
    bandwidth: bandwidthXml(tapLimits(slot)),
  }));
  const devices = alike.map(interfaceXml).join('');
  const domain = await startDomain(hypervisor, { name, vcpus: 1, disks: [{ format: 'raw' }], nics, devices });
  const named = [...domain.nics, ...alike];
  const taps: readonly Tap[] = named.map(({ dev, mac }, slot) => ({ dev, mac, limits: tapLimits(slot) }));
  const partners = taps.map((_, slot) => partnerOf(slot));
  const ifbs = taps.map((_, slot) => ifbOf(slot));
  // Every qdisc that goes waits for the others' readers, which takes an emulated machine long.
  await hypervisor.shell('echo 1 > /sys/kernel/rcu_expedited');
  const madeIfbs = ifbs.flatMap(ifb => [`link add ${ifb} type ifb`, `link set ${ifb} up`]);
  await batch(hypervisor, 'ip', madeIfbs);
  await batch(hypervisor, 'tc', ifbs.flatMap(shapedIfb));
  const pid = (await hypervisor.shell(`cat /run/libvirt/qemu/${name}.pid`)).trim();
  const traffic = await trafficThrough(hypervisor, [
    ...taps.map(({ dev }) => ({ dev, pid, bridge: 'br0' })),
    ...partners.map(dev => ({ dev, pid: 'new', bridge: 'br0' })),
  ]);
  const plugged = partners.map(dev => `link set ${dev} master br0 up`);
  await batch(hypervisor, 'ip', plugged);
  return { hypervisor, asker, domain, traffic, taps, partnerOf };
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
