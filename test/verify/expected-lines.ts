import { type Expectation, knobName } from '../../src/verify/expectation.ts';

/** Expectations as lines, `layer subject knob: values ± tolerance`, so that tables of them can be read. */
export function lines(expectations: readonly Expectation[]): readonly string[] {
  return expectations.map(one => {
    const values = Object.entries(one.expected ?? {}).map(([name, value]) => {
      const within = one.tolerance?.values[name];
      return `${name}=${value}${within === undefined ? '' : `±${within}`}`;
    });
    if (one.impossible !== undefined) return `${knobName(one)}: impossible`;
    return `${knobName(one)}: ${one.expected === undefined ? 'absent' : values.join(' ')}`;
  });
}
