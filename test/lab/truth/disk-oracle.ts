import type { Qmp } from '../qmp.ts';
import { backendOf, diskLimits } from './disk-states.ts';
import type { Reality } from './state.ts';

/** What a disk gave, a second. */
export interface Given {
  readonly bps_rd: number;
  readonly bps_wr: number;
  readonly iops: number;
}

const MiB = 1024 * 1024;
/** Bytes of the request that fills a bucket. Under both limits it takes as long until the next one is let through. */
const large = { read: MiB, write: MiB / 2 };
/** Requests that are counted. */
const requests = 12;

/**
 * Lets QEMU itself make requests of a disk, where the guest's would come in, and takes the time. A request is let through
 * as long as the bucket is not full, whatever its size; the next one has to wait until it has drained.
 *
 * @param partner a disk that wants as much at the same time
 */
export async function givenBy(qmp: Qmp, disk: number, partner?: number): Promise<Given> {
  const read = await paced(qmp, disk, 'read', partner);
  const write = await paced(qmp, disk, 'write', partner);
  const begin = performance.now();
  for (let n = 0; n < requests; n += 1) {
    if (partner !== undefined) await request(qmp, partner, 'read', 512);
    await request(qmp, disk, 'read', 512);
  }
  const seconds = (performance.now() - begin) / 1000;
  // A tenth of a second's worth is let through at once.
  return { bps_rd: read, bps_wr: write, iops: (requests - 1 - diskLimits.iops / 10) / seconds };
}

async function paced(qmp: Qmp, disk: number, way: 'read' | 'write', partner?: number): Promise<number> {
  const size = large[way];
  const knob = way === 'read' ? 'bps_rd' : 'bps_wr';
  const begin = performance.now();
  if (partner !== undefined) await request(qmp, partner, way, size);
  await request(qmp, disk, way, size);
  await request(qmp, disk, way, 512);
  const seconds = (performance.now() - begin) / 1000;
  return (size - diskLimits[knob] / 10) / seconds;
}

async function request(qmp: Qmp, disk: number, way: string, size: number): Promise<void> {
  const line = `qemu-io -d ${backendOf(disk)} "${way} 0 ${size}"`;
  await qmp.execute('human-monitor-command', { 'command-line': line });
}

/** A request takes some time itself, in a machine that is emulated. */
export function diskReality(given: Given): Reality {
  const ratios = (Object.keys(diskLimits) as (keyof Given)[]).map(knob => given[knob] / diskLimits[knob]);
  if (ratios.some(ratio => ratio > 1.35)) return 'past';
  return ratios.some(ratio => ratio < 0.65) ? 'stricter' : 'held';
}
