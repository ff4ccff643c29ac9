import { type IoTuneParameter, ioTuneParameters } from '../domain/iotune.ts';

const directions = { total: '', read: '_rd', write: '_wr' } as const;

/**
 * QEMU's own name for a limit: `read_bytes_sec_max_length` is `bps_rd_max_length`, `size_iops_sec` is `iops_size`.
 * @see QEMU qapi/block-core.json:BlockIOThrottle
 */
export function qemuKnob(parameter: IoTuneParameter): string {
  const match = /^(total|read|write)_(bytes|iops)_sec(.*)$/.exec(parameter);
  if (match === null) return 'iops_size';
  const [, direction = 'total', what, burst = ''] = match;
  const suffix = directions[direction as keyof typeof directions];
  const max = burst === '' ? '' : '_max';
  const length = burst.endsWith('_length') ? '_length' : '';
  return `${what === 'bytes' ? 'bps' : 'iops'}${suffix}${max}${length}`;
}

/** All throttle knobs of a disk with the parameter that each carries. */
export const qemuKnobs: readonly { readonly parameter: IoTuneParameter; readonly knob: string }[] =
  ioTuneParameters.map(parameter => ({ parameter, knob: qemuKnob(parameter) }));

/** QEMU's name for the throttle group. */
export const qemuGroupKnob = 'group';
