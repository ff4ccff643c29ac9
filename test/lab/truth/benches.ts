import type { Hypervisor } from '../hypervisor.ts';
import type { Bench } from './bench.ts';
import { cpuBench } from './cpu-bench.ts';
import { diskBench } from './disk-bench.ts';
import { ovsBench } from './ovs-bench.ts';
import type { Area } from './state.ts';
import { tcBench } from './tc-bench.ts';
import type { Asker } from './told.ts';

const makers: Readonly<Record<Area, (hypervisor: Hypervisor, asker: Asker) => Promise<Bench>>> = {
  tc: tcBench,
  ovs: ovsBench,
  cpu: cpuBench,
  disk: diskBench,
};

/** Sets the scene of an area. */
export function benchOf(area: Area, hypervisor: Hypervisor, asker: Asker): Promise<Bench> {
  return makers[area](hypervisor, asker);
}
