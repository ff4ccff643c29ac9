import { removeDomain, startDomain } from '../domains.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { removeLeftRows } from '../witness.ts';
import { type Bench, makeStates } from './bench.ts';
import { ovsReset, ovsState, type Port, portLimits } from './ovs-states.ts';
import type { State } from './state.ts';
import { judgeTaps } from './tap-bench.ts';
import { bandwidthXml } from './tc-bench.ts';
import type { Asker } from './told.ts';
import { trafficThrough } from './traffic.ts';

const name = 'instance-00000fb1';
const slots = 6;

/** A domain with ports of Open vSwitch. */
export async function ovsBench(hypervisor: Hypervisor, asker: Asker): Promise<Bench> {
  const bandwidth = bandwidthXml(portLimits);
  const nics = Array.from({ length: slots }, () => ({ kind: 'ovs' as const, bandwidth }));
  const domain = await startDomain(hypervisor, { name, vcpus: 1, disks: [{ format: 'raw' }], nics });
  const ports: readonly Port[] = await Promise.all(
    domain.nics.map(async ({ dev }) => {
      const script = `qos=$(ovs-vsctl get Port ${dev} qos); echo $qos; ovs-vsctl get QoS $qos queues:0`;
      const [qos = '', queue = ''] = (await hypervisor.shell(script)).trim().split('\n');
      return { tap: dev, qos, queue };
    }),
  );
  const pid = (await hypervisor.shell(`cat /run/libvirt/qemu/${name}.pid`)).trim();
  const traffic = await trafficThrough(
    hypervisor,
    ports.map(({ tap }) => ({ dev: tap, pid, bridge: 'ovsbr0' })),
  );
  const taps = domain.nics.map(({ dev, mac }) => ({ dev, mac, limits: portLimits }));
  const portOf = (slot: number) => ports[slot] ?? { tap: '', qos: '', queue: '' };
  const reset = ({ slot }: Pick<State, 'slot'>) => ovsReset(portOf(slot));
  const asMeant = (states: readonly State[]) =>
    makeStates(hypervisor, joined(ordered(states.map(reset))), []);
  const place = { hypervisor, asker, domain, traffic, taps, asMeant, partnerOf: () => '' };
  return {
    area: 'ovs',
    slots,
    state: (seed, number, slot) => ovsState(seed, number, slot, portOf(slot)),
    reset,
    judge: async (states, isThorough) => {
      const everywhere = ports.map((_, slot) => reset({ slot }));
      const lines = ordered(states.map(({ script }) => script));
      await makeStates(hypervisor, joined(ordered(everywhere)), lines);
      return judgeTaps(place, states, isThorough);
    },
    close: async () => {
      traffic.close();
      await removeDomain(hypervisor, domain);
      await removeLeftRows(hypervisor, domain);
    },
  };
}

/** The lines of several scripts, each in its order, so that those of tc come together. */
function ordered(scripts: readonly (readonly string[])[]): readonly string[] {
  const rest = scripts.map(script => [...script]);
  const lines: string[] = [];
  for (let isTc = false; rest.some(script => script.length > 0); isTc = !isTc) {
    for (const script of rest)
      while (script[0] !== undefined && script[0].startsWith('tc ') === isTc)
        lines.push(script.shift() ?? '');
  }
  return lines;
}

/** Neighbouring commands of Open vSwitch as one: of these none fails, and each takes long. */
function joined(lines: readonly string[]): readonly string[] {
  const program = 'ovs-vsctl ';
  const all: string[] = [];
  for (const line of lines) {
    const last = all.at(-1);
    if (last?.startsWith(program) && line.startsWith(program)) {
      all.splice(-1, 1, `${last} -- ${line.slice(program.length)}`);
    } else all.push(line);
  }
  return all;
}
