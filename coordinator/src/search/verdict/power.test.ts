import { describe, expect, it } from 'vitest';
import { noncentralTwoSided } from './noncentralT.js';
import { MAX_PAIRS, pairedPower, pairsForPower } from './power.js';
import { tTwoSided } from './studentT.js';

describe('the power of a paired t-test', () => {
  it.each([
    // G*Power 3.1 manual, matched pairs, after Cohen (1969, p. 48): d = 0.4, ρ = 0.55, 50 pairs.
    [0.421637, 50, 0.05, 0.832114],
    // R's pwr.t.test, help page, Cohen (1988), exercise 2.5, p. 47.
    [0.2, 60, 0.1, 0.4555818],
    // The same page, Cohen (1988), p. 50: d = 8 / (16 √(2 (1 − 0.6))).
    [8 / (16 * Math.sqrt(0.8)), 40, 0.05, 0.9315248],
  ])('for d_z %d, %d pairs at %d is %d, as published', (effect, pairs, alpha, power) => {
    expect(pairedPower(effect, pairs, alpha)).toBeCloseTo(power, 6);
    expect(pairedPower(-effect, pairs, alpha)).toBe(pairedPower(effect, pairs, alpha));
  });

  it('is alpha without an effect', () => {
    for (const pairs of [2, 10, 300]) expect(pairedPower(0, pairs, 0.05)).toBeCloseTo(0.05, 12);
  });

  it.each([
    // Against mpmath 1.3's quadrature of the definition, 25 digits.
    [0.5, 33, 0.7953658414875041],
    [0.5, 34, 0.807777501279274],
    [0.8, 14, 0.7900877506591863],
    [0.2, 199, 0.8016910240370654],
  ])('for d_z %d and %d pairs is %d to twelve digits', (effect, pairs, power) => {
    expect(pairedPower(effect, pairs, 0.05)).toBeCloseTo(power, 12);
  });
});

describe('the pairs for a power', () => {
  it.each([
    [0.2, 0.8, 199],
    [0.5, 0.8, 34],
    [0.8, 0.8, 15],
    // Dalgaard, Introductory Statistics with R (2008), §8.3: power.t.test(delta = 10, sd = 10 √2, power = 0.85) says 19.97.
    [1 / Math.SQRT2, 0.85, 20],
  ])('of an effect of %d and %d are %d', (effect, power, pairs) => {
    expect(pairsForPower(effect, power, 0.05)).toBe(pairs);
  });

  it('are two at least, even for the largest effect, and none for no effect', () => {
    expect(pairsForPower(1e6, 0.8, 0.05)).toBe(2);
    expect(pairsForPower(0, 0.8, 0.05)).toBeNull();
    expect(pairsForPower(1e-4, 0.8, 0.05)).toBeNull();
    expect(pairsForPower(0.03, 0.8, 0.05)).toBeLessThan(MAX_PAIRS);
  });

  it('are not to be had of NaN', () => {
    expect(() => pairsForPower(Number.NaN, 0.8, 0.05)).toThrow(RangeError);
  });
});

describe('the noncentral t distribution', () => {
  it('is the central one at zero, and all of it lies beyond ±0', () => {
    for (const t of [0.1, 0.7, 2.5]) expect(noncentralTwoSided(t, 7, 0)).toBeCloseTo(tTwoSided(t, 7), 13);
    for (const delta of [-3, 0.5, 36]) expect(noncentralTwoSided(0, 7, delta)).toBe(1);
  });

  it('nears the normal distribution’s power with many degrees of freedom', () => {
    // P(|Z + 2.8| ≥ 1.96) = Φ(0.84) + Φ(−4.76) = 0.79955 (Abramowitz & Stegun, table 26.1).
    expect(noncentralTwoSided(1.96, 1e5, 2.8)).toBeCloseTo(0.79955, 4);
  });

  it('refuses what its series cannot reach', () => {
    expect(() => noncentralTwoSided(1, 7, 40)).toThrow(RangeError);
    expect(() => noncentralTwoSided(-1, 7, 1)).toThrow(RangeError);
    expect(() => noncentralTwoSided(1, 7, Number.NaN)).toThrow(RangeError);
  });
});
