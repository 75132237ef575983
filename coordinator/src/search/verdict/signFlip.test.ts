import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAIZE, SLEEP } from './knownPairs.js';
import { differencesOf } from './pairedT.js';
import { EXACT_PAIRS, SAMPLES, signFlipTest, smallestP } from './signFlip.js';

/** Every assignment, one by one. */
function enumerated(differences: readonly number[]): number {
  const observed = Math.abs(differences.reduce((sum, difference) => sum + difference, 0));
  let reaching = 0;
  for (let signs = 0; signs < 2 ** differences.length; signs++) {
    const sum = differences.reduce(
      (total, difference, at) => total + ((signs >> at) & 1 ? -difference : difference),
      0,
    );
    if (Math.abs(sum) >= observed) reaching++;
  }
  return reaching / 2 ** differences.length;
}

/** Whole numbers: ties are ties, without rounding. */
const whole = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 10 });

describe('the sign-flip test', () => {
  it('counts for Darwin’s maize what Fisher (1935, §21) counted: 1,726 of 32,768', () => {
    expect(signFlipTest(MAIZE)).toEqual({ p: 1726 / 32_768, method: 'exact', count: 32_768 });
  });

  it('finds the sleep data’s sum among the four extreme ones of 1,024', () => {
    // Nine differences have one sign and the tenth is 0, whose sign is free: two assignments a tail.
    expect(signFlipTest(differencesOf(SLEEP.first, SLEEP.second))).toEqual({
      p: 4 / 1024,
      method: 'exact',
      count: 1024,
    });
  });

  it('counts what a plain enumeration counts', () => {
    fc.assert(
      fc.property(whole, (differences) => {
        expect(signFlipTest(differences).p).toBe(enumerated(differences));
      }),
      { numRuns: 300 },
    );
  });

  it('counts a million assignments of twenty pairs, and the four thousand millions of 32', () => {
    // One sign all over: the two extreme assignments.
    for (const pairs of [20, EXACT_PAIRS]) {
      const p = signFlipTest(Array.from({ length: pairs }, (_, at) => 0.001 * (at + 1))).p;
      expect(p).toBe(smallestP(pairs));
    }
    // Twenty equal sizes, 15 of them positive: P(at least 15 or at most 5 of 20) = 43,400 / 2²⁰, by Pascal's triangle.
    const uneven = Array.from({ length: 20 }, (_, at) => (at < 15 ? 0.1 : -0.1));
    expect(signFlipTest(uneven).p).toBe(43_400 / 2 ** 20);
  });

  it('takes equal sums for equal, however rounding puts them', () => {
    // 0.1 + 0.2 and 0.3 differ in doubles; tenths must count as whole numbers do.
    fc.assert(
      fc.property(whole, (differences) => {
        expect(signFlipTest(differences.map((difference) => 0.1 * difference)).p).toBe(
          enumerated(differences),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('does not depend on the order of pairs, nor on which arm comes first', () => {
    const values = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 14 });
    fc.assert(
      fc.property(values, (differences) => {
        const p = signFlipTest(differences).p;
        expect(signFlipTest([...differences].reverse()).p).toBe(p);
        expect(signFlipTest(differences.map((difference) => -difference)).p).toBe(p);
      }),
      { numRuns: 200 },
    );
  });

  it('says nothing for zeros, and reaches no less than its smallest p', () => {
    expect(signFlipTest([0, 0, 0]).p).toBe(1);
    expect(signFlipTest([0.4]).p).toBe(1);
    expect(smallestP(6)).toBe(0.03125);
    expect(signFlipTest([1, 2, 3, 4, 5, 6]).p).toBe(smallestP(6));
  });

  it('draws assignments beyond 32 pairs, the same for a seed, near what is exact', () => {
    // 33 equal sizes, 22 positive: P(at least 22 or at most 11 of 33) = 0.0801 by the binomial.
    const many = Array.from({ length: 33 }, (_, at) => (at < 22 ? 1 : -1));
    const drawn = signFlipTest(many, 7);
    expect(drawn).toMatchObject({ method: 'sampled', count: SAMPLES });
    expect(signFlipTest(many, 7)).toEqual(drawn);
    expect(signFlipTest(many, 8).p).not.toBe(drawn.p);
    // Four standard errors of a share of 0.08 in 99,999 draws.
    expect(Math.abs(drawn.p - binomialTails(33, 22))).toBeLessThan(0.0035);
  }, 60_000);

  it('claims no less than one in its draws', () => {
    const clear = Array.from({ length: 150 }, () => 1);
    expect(signFlipTest(clear).p).toBe(1 / (SAMPLES + 1));
  }, 60_000);

  it.each([[[]], [[1, Number.NaN]], [[Number.NEGATIVE_INFINITY]]])('refuses %j', (differences) => {
    expect(() => signFlipTest(differences)).toThrow(RangeError);
  });
});

/** P(at least k or at most n − k of n) for a fair coin. */
function binomialTails(n: number, k: number): number {
  let tail = 0;
  let choose = 1;
  for (let successes = 0; successes <= n - k; successes++) {
    tail += choose;
    choose = (choose * (n - successes)) / (successes + 1);
  }
  return (2 * tail) / 2 ** n;
}
