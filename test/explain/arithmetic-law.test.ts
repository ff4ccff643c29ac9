import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explainFlavor } from '../../src/explain/explain.ts';
import type { Stage } from '../../src/explain/explanation.ts';

const rate = fc.integer({ min: 1, max: 4_294_967_295 });
const burst = fc.integer({ min: 1, max: 4_194_303 });
const direction = fc.record({ average: rate, peak: fc.option(rate), burst: fc.option(burst) });

describe('the arithmetic of any limit', () => {
  it('comes to the value that a verification expects, and each whole factor is right', () => {
    fc.assert(
      fc.property(direction, fc.constantFrom('inbound', 'outbound'), (limits, name) => {
        const specs = Object.entries(limits)
          .filter(([, value]) => value !== null)
          .map(([what, value]) => [`quota:vif_${name}_${what}`, String(value)]);
        const flavor = { extraSpecs: Object.fromEntries(specs) };
        const steps = explainFlavor({ flavor, diagnostics: [], host: {} }).keys.flatMap(key => key.steps);
        const told = steps.filter(step => step.arithmetic.length > 0);
        expect(told.length).toBeGreaterThan(5);
        for (const step of told) {
          expect(step.arithmetic.at(-1)?.value, `${step.place} ${step.knob} ${step.name}`).toBe(step.value);
          expect(step.arithmetic.at(-1)?.unit).toBe(step.unit);
          expect(wrong(step.arithmetic)).toEqual([]);
        }
      }),
      { numRuns: 300, seed: 20261120 },
    );
  });
});

function wrong(arithmetic: readonly Stage[]): readonly Stage[] {
  return arithmetic.filter(({ operation, by = 1, value }, index) => {
    const before = arithmetic[index - 1]?.value ?? 0;
    if (operation === 'times') return before * by !== value;
    return operation === 'over' && Math.floor(before / by) !== value;
  });
}
