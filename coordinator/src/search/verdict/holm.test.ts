import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holm } from './holm.js';

describe('Holm’s correction', () => {
  it('steps down by hand-worked multiples, and none falls below a smaller one’s', () => {
    // 4 × 0.005, 3 × 0.01, 2 × 0.03, then 1 × 0.04, which 0.06 lifts.
    const adjusted = [0.03, 0.06, 0.06, 0.02];
    for (const [at, p] of holm([0.01, 0.04, 0.03, 0.005]).entries())
      expect(p).toBeCloseTo(adjusted[at] ?? 0, 15);
  });

  it('gives equal p values one answer, the strictest', () => {
    expect(holm([0.01, 0.5, 0.01, 0.01])).toEqual([0.04, 0.5, 0.04, 0.04]);
  });

  it('leaves a family of one alone, and stops at 1', () => {
    expect(holm([0.03])).toEqual([0.03]);
    expect(holm([])).toEqual([]);
    expect(holm([0.6, 0.7])).toEqual([1, 1]);
  });

  it('lowers no p, keeps their order, exceeds neither 1 nor Bonferroni’s', () => {
    const family = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(family, (raw) => {
        const adjusted = holm(raw);
        for (const [at, p] of raw.entries()) {
          const own = adjusted[at] as number;
          expect(own).toBeGreaterThanOrEqual(p);
          expect(own).toBeLessThanOrEqual(Math.min(1, raw.length * p));
          for (const [other, q] of raw.entries())
            if (q >= p) expect(adjusted[other]).toBeGreaterThanOrEqual(own);
        }
      }),
    );
  });

  it.each([[[Number.NaN]], [[-0.1]], [[0.5, 1.01]]])('refuses %j', (family) => {
    expect(() => holm(family)).toThrow(RangeError);
  });
});
