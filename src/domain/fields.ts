import { bandwidthFields } from './bandwidth.ts';
import { blkioTuneFields, hostDeviceFields } from './blkiotune.ts';
import { cpuTuneFields } from './cputune.ts';
import { ioTuneFields } from './iotune.ts';
import type { LimitField } from './limit-field.ts';
import { memTuneFields } from './memtune.ts';
import type { LimitName, Parameter } from './tuning.ts';

/** Every limit of libvirt that is a number, with the element that it stands in. */
export interface ElementField extends LimitField<Parameter> {
  readonly element: 'cputune' | 'memtune' | 'blkiotune' | 'iotune' | 'bandwidth';
}

/** All of them. */
export const limitFields: readonly ElementField[] = [
  ...cpuTuneFields.map(field => ({ ...field, element: 'cputune' as const })),
  ...memTuneFields.map(field => ({ ...field, element: 'memtune' as const })),
  ...blkioTuneFields.map(field => ({ ...field, element: 'blkiotune' as const })),
  ...hostDeviceFields.map(field => ({ ...field, element: 'blkiotune' as const })),
  ...ioTuneFields.map(field => ({ ...field, element: 'iotune' as const })),
  ...bandwidthFields.map(field => ({ ...field, element: 'bandwidth' as const })),
];

const byParameter = new Map<LimitName, ElementField>(limitFields.map(field => [field.parameter, field]));

/** What libvirt says of a limit; undefined for one that is no number. */
export function fieldOf(parameter: LimitName): ElementField | undefined {
  return byParameter.get(parameter);
}
