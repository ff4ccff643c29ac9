import type { Effective } from '../../../src/effective/claim.ts';
import { removeDomain, startDomain } from '../domains.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { Qmp } from '../qmp.ts';
import type { Bench } from './bench.ts';
import { diskReality, type Given, givenBy } from './disk-oracle.ts';
import { diskDomain, diskLimits, diskReset, diskState } from './disk-states.ts';
import type { Judged, State } from './state.ts';
import { stopwatch } from './stopwatch.ts';
import { type Asker, saidOf, toldOf } from './told.ts';
import { toldNumber } from './told-number.ts';

const slots = 4;
const partnerOf = (slot: number) => slots + slot;
const monitor = '/var/lib/libvirt/qemu/truth.qmp';
const iotune = `<iotune><read_bytes_sec>${diskLimits.bps_rd}</read_bytes_sec><write_bytes_sec>${diskLimits.bps_wr}</write_bytes_sec><total_iops_sec>${diskLimits.iops}</total_iops_sec></iotune>`;

/** A domain with disks, whose QEMU we can ask ourselves. */
export async function diskBench(hypervisor: Hypervisor, asker: Asker): Promise<Bench> {
  const disks = Array.from({ length: 2 * slots }, () => ({ format: 'raw' as const, iotune }));
  const elements = `<commandline xmlns="http://libvirt.org/schemas/domain/qemu/1.0"><arg value="-qmp"/><arg value="unix:${monitor},server=on,wait=off"/></commandline>`;
  const domain = await startDomain(hypervisor, { name: diskDomain, vcpus: 1, nics: [], disks, elements });
  const qmp = await Qmp.connect(await hypervisor.forward(monitor));
  return {
    area: 'disk',
    slots,
    state: (seed, number, slot) => diskState(seed, number, slot, partnerOf(slot)),
    reset: ({ slot, hasPartner }) => [slot, ...(hasPartner ? [partnerOf(slot)] : [])].map(diskReset),
    judge: async states => {
      const everywhere = disks.map((_, disk) => diskReset(disk));
      for (const line of [...everywhere, ...states.flatMap(({ script }) => script)]) await execute(qmp, line);
      const watch = stopwatch();
      const { audit, effective } = await toldOf(asker, diskDomain);
      watch('asked');
      const judged: Judged[] = [];
      for (const state of states) {
        const { slot, hasPartner } = state;
        const target = domain.disks[slot]?.target ?? '';
        const given = await givenBy(qmp, slot, hasPartner ? partnerOf(slot) : undefined);
        judged.push({
          state,
          limit: target,
          ...saidOf(audit, ({ layer, subject }) => layer === 'qemu' && subject === target),
          reality: diskReality(given),
          measured: Object.entries(given)
            .map(([knob, value]) => `${knob} ${Math.round(value)}`)
            .join(', '),
          ...(!savesUp(state) && { effective: comparedTo(effective, target, given) }),
        });
      }
      watch('measured');
      return judged;
    },
    close: async () => {
      qmp.close();
      await removeDomain(hypervisor, domain);
    },
  };
}

/** What a script's line has virsh tell QEMU: to start virsh takes longer than all the rest. */
async function execute(qmp: Qmp, line: string): Promise<void> {
  const { execute: name, arguments: values } = JSON.parse(
    line.slice(line.indexOf('{'), line.lastIndexOf('}') + 1),
  );
  await qmp.execute(name, values);
}

/** What is measured is then what was saved up. */
const savesUp = ({ script }: State) => script.some(line => /_max"/.test(line));

const respects = { 'read bytes': 'bps_rd', 'write bytes': 'bps_wr', 'read requests': 'iops' } as const;

/** What cannot be measured beyond: a request takes an emulated machine longer than a bucket to drain. */
const most: Given = { bps_rd: 3_000_000, bps_wr: 1_500_000, iops: 16 };

function comparedTo(effective: readonly Effective[], target: string, given: Given) {
  const numbers = Object.entries(respects).map(([limited, knob]) => {
    const one = effective.find(
      ({ device, limited: what }) => device.kind === 'disk' && device.target === target && what === limited,
    );
    const { told, isRight } = toldNumber(one, Math.min(given[knob], most[knob]), most[knob]);
    return { told: `${limited} ${told}`, isRight };
  });
  return {
    told: numbers.map(({ told }) => told).join(', '),
    isRight: numbers.every(({ isRight }) => isRight),
  };
}
