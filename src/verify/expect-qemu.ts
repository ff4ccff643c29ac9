import type { DiskDefinition } from '../domain/definition.ts';
import { pastThrottle } from '../domain/enforcement.ts';
import { hasIoLimit, type IoTuneParameter, ioTuneParameters } from '../domain/iotune.ts';
import type { Expectation } from './expectation.ts';
import { qemuGroupKnob, qemuKnob, qemuKnobs } from './qemu-knobs.ts';
import { limitOf } from './unlimited.ts';
import { keysOf, type Wanted } from './wanted.ts';

/**
 * What QEMU's throttle of one disk must be: one knob per number, in bytes/s, operations/s, seconds or bytes. 0 is "no
 * limit" and has to be 0. The group counts where one has a name: for the others QEMU invents one.
 */
export function expectQemu(wanted: Wanted, disk: DiskDefinition): readonly Expectation[] {
  const limited = ioTuneParameters.filter(parameter => limitOf(wanted.limits, parameter) !== undefined);
  const impossible = whyImpossible(disk);
  if (impossible !== undefined)
    return limited.map(parameter => knobOf(wanted, disk, parameter, { impossible }));
  // An empty drive has no throttle to ask for: what its definition has comes into force with a medium.
  if (disk.source === undefined && keysOf(wanted, limited).length === 0) return [];
  return [
    ...qemuKnobs.map(({ parameter }) => {
      const expected = { value: expectedValue(wanted, parameter) };
      const follows = followed(disk, parameter) ?? displacing(wanted, disk, parameter);
      return knobOf(wanted, disk, parameter, { expected, ...(follows && { follows }) });
    }),
    ...expectGroup(wanted, disk),
  ];
}

/** Where no group is wanted, the disk must not share its limits with another one. */
function expectGroup(wanted: Wanted, disk: DiskDefinition): readonly Expectation[] {
  const { group_name: group } = wanted.limits;
  if (!hasIoLimit(wanted.limits)) return [];
  return [knobOf(wanted, disk, 'group_name', group === undefined ? {} : { expected: { value: group } })];
}

function knobOf(
  wanted: Wanted,
  disk: DiskDefinition,
  parameter: IoTuneParameter | 'group_name',
  rest: Pick<Expectation, 'expected' | 'follows' | 'impossible'>,
): Expectation {
  return {
    layer: 'qemu',
    device: wanted.device,
    subject: disk.target,
    knob: parameter === 'group_name' ? qemuGroupKnob : qemuKnob(parameter),
    parameters: [parameter],
    because: keysOf(wanted, [parameter]),
    ...rest,
  };
}

/** Where a burst is not the one that is wanted, how long it lasts is not judged apart: QEMU makes it up. */
function followed({ target }: DiskDefinition, parameter: IoTuneParameter): Expectation['follows'] {
  if (!parameter.endsWith('_max_length')) return undefined;
  const burst = parameter.replace(/_length$/, '') as IoTuneParameter;
  return [{ layer: 'qemu', subject: target, knob: qemuKnob(burst) }];
}

/** A limit of the running definition that stands there in place of those that are wanted: they are judged there. */
function displacing(
  { limits }: Wanted,
  { target, iotune }: DiskDefinition,
  parameter: IoTuneParameter,
): Expectation['follows'] {
  if (!iotune[parameter] || limitOf(limits, parameter) !== undefined) return undefined;
  const family = parameter.replace(/^(?:total|read|write)_/, '');
  const wanted = ioTuneParameters.filter(
    one => one.endsWith(`_${family}`) && limitOf(limits, one) !== undefined && !iotune[one],
  );
  return wanted.map(knob => ({ layer: 'live', subject: target, knob }));
}

/** QEMU makes a burst one second long where its length is not given. @see QEMU util/throttle.c:throttle_config_init */
function expectedValue(wanted: Wanted, parameter: IoTuneParameter): number {
  const value = limitOf(wanted.limits, parameter);
  if (value !== undefined || !parameter.endsWith('_max_length')) return value ?? 0;
  const burst = parameter.replace(/_length$/, '') as IoTuneParameter;
  return limitOf(wanted.limits, burst) === undefined ? 0 : 1;
}

/** @see libvirt src/qemu/qemu_validate.c:qemuValidateDomainDeviceDefDiskBlkdeviotune */
function whyImpossible(disk: DiskDefinition): string | undefined {
  if (disk.type === 'vhostuser') return 'a vhost-user disk does its I/O outside of QEMU';
  if (disk.hasThrottleFilters) return 'the disk has throttle filters, which exclude iotune';
  return pastThrottle(disk);
}
