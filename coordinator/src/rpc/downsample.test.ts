import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { downsample } from './downsample.js';

const series = fc
  .array(fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { freq: 5 }), { maxLength: 400 })
  .map((values) => ({ steps: values.map((_, at) => 10 * (at + 1)), values }));

describe('downsample', () => {
  it('leaves a short curve alone, with NaN where a value was not finite', () => {
    expect(downsample({ steps: [1, 2, 3], values: [5, null, 6] }, 4)).toEqual({
      steps: [1, 2, 3],
      values: [5, Number.NaN, 6],
    });
  });

  it('keeps a single spike in a hundred thousand points', () => {
    const values = Array.from({ length: 100_000 }, (_, at) => (at === 77_777 ? 9 : Math.sin(at / 1e4)));
    const steps = values.map((_, at) => at + 1);
    const thin = downsample({ steps, values }, 1_000);
    expect(thin.values[thin.steps.indexOf(77_778)]).toBe(9);
  });

  it('never exceeds the maximum, keeps both ends and both extremes, ascends, and invents nothing', () => {
    fc.assert(
      fc.property(series, fc.integer({ min: 4, max: 100 }), (curve, maxPoints) => {
        const thin = downsample(curve, maxPoints);
        expect(thin.steps.length).toBeLessThanOrEqual(maxPoints);
        expect(thin.steps.length).toBe(thin.values.length);
        thin.steps.forEach((step, at) => {
          expect(step).toBeGreaterThan(thin.steps[at - 1] ?? 0);
          expect(thin.values[at]).toBe(curve.values[step / 10 - 1] ?? Number.NaN);
        });
        expect(thin.steps[0]).toBe(curve.steps[0]);
        expect(thin.steps.at(-1)).toBe(curve.steps.at(-1));
        const finite = curve.values.filter((value) => value !== null);
        const kept = thin.values.filter((value) => !Number.isNaN(value));
        if (finite.length > 0) {
          expect(Math.max(...kept)).toBe(Math.max(...finite));
          expect(Math.min(...kept)).toBe(Math.min(...finite));
        }
      }),
    );
  });
});
