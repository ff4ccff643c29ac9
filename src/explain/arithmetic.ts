import { bytesToOvsTicks, bytesToTcTicks, fitsTcTicks, type TcRounding, tcTicksToBytes } from '../units.ts';
import type { Stage } from './explanation.ts';

/** What an arithmetic begins with. */
export function start(value: number, unit: string): readonly Stage[] {
  return [{ operation: 'start', value, unit }];
}

/** What an arithmetic begins with where nothing was asked: somebody's default. */
export function unasked(value: number, unit: string): readonly Stage[] {
  return [{ operation: 'default', value, unit }];
}

/** One more conversion: by a whole factor, and if that is below 1 by its inverse. */
export function convert(
  stages: readonly Stage[],
  conversion: (value: number) => number,
  unit: string,
): readonly Stage[] {
  const factor = conversion(65_536) / 65_536;
  const value = conversion(last(stages));
  const step =
    factor < 1
      ? ({ operation: 'over', by: 1 / factor } as const)
      : ({ operation: 'times', by: factor } as const);
  return [...stages, { ...step, value, unit }];
}

/** A burst in bytes through the kernel's clock and back, as tc shows it. One that does not fit is left as it is. */
export function throughTicks(
  stages: readonly Stage[],
  { rateBps, writer, rounding }: { rateBps: number; writer: 'tc' | 'ovs'; rounding: TcRounding },
): readonly Stage[] {
  const bytes = last(stages);
  if (!fitsTcTicks(rateBps, bytes)) return stages;
  const ticks = writer === 'ovs' ? bytesToOvsTicks(rateBps, bytes) : bytesToTcTicks(rateBps, bytes, rounding);
  return [
    ...stages,
    { operation: 'ticks', by: rateBps, value: ticks, unit: 'ticks of 64 ns' },
    { operation: 'bytes', by: rateBps, value: tcTicksToBytes(rateBps, ticks, rounding), unit: 'B' },
  ];
}

/** The value that the enforcer must hold, when it allows no other. */
export function bounded(stages: readonly Stage[], value: number): readonly Stage[] {
  return last(stages) === value
    ? stages
    : [...stages, { operation: 'bounded', value, unit: stages.at(-1)?.unit ?? '' }];
}

/** The value that an arithmetic comes to. */
export function last(stages: readonly Stage[]): number {
  return stages.at(-1)?.value ?? Number.NaN;
}
