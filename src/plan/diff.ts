import type { DeviceTuning, LimitName, Limits } from '../domain/tuning.ts';
import { isUnlimited } from '../verify/unlimited.ts';
import type { Change } from './change.ts';

/** The parameters in which two sets of limits of one device differ in effect, in order of name. */
export function diffLimits(
  before: Limits,
  after: Limits,
  because: DeviceTuning['because'],
): readonly Change[] {
  const parameters = [...new Set([...Object.keys(before), ...Object.keys(after)])] as LimitName[];
  return parameters
    .filter(parameter => effect(parameter, before[parameter]) !== effect(parameter, after[parameter]))
    .map(parameter => change(parameter, before[parameter], after[parameter], because[parameter]));
}

/** Two values with the same effect become the same number: every spelling of "no limit" is 0. */
function effect(parameter: LimitName, value: number | string | undefined): number | string {
  return value === undefined || isUnlimited(parameter, value) ? 0 : value;
}

function change(
  parameter: LimitName,
  before: number | string | undefined,
  after: number | string | undefined,
  because: string | undefined,
): Change {
  return {
    parameter,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...(because === undefined ? {} : { because }),
    reason: 'definition',
  };
}
