import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { incompleteBeta } from './incompleteBeta.js';
import { logGamma } from './logGamma.js';
import { tCdf, tQuantile, tTwoSided } from './studentT.js';

/** |value / truth − 1|. Truths beside no other source are mpmath 1.3's, at 40 digits. */
const relativeError = (value: number, truth: number) => Math.abs(value / truth - 1);

describe('ln Γ', () => {
  it.each([
    [0.1, 2.252712651734206],
    [0.5, Math.log(Math.PI) / 2],
    [1.5, -0.12078223763524522],
    [4.5, 2.4537365708424423],
    [14.9, 24.924132002217277],
    [15, 25.19122118273868],
    [100.5, 361.4355404677776],
    [10_000, 82_099.71749644238],
  ])('of %d is %d', (x, truth) => {
    expect(Math.abs(logGamma(x) - truth)).toBeLessThan(1e-14 * Math.max(1, truth));
  });

  it('refuses what has none', () => {
    for (const x of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => logGamma(x)).toThrow(RangeError);
  });
});

describe('the incomplete beta function', () => {
  it('is the share of a binomial’s tail, where sums can be done by hand', () => {
    // I_p(k, n − k + 1) = P(at least k of n), Abramowitz & Stegun 26.5.24: at least 2 of 3 at p = 1/4 is 10/64.
    expect(relativeError(incompleteBeta(2, 2, 0.25, 0.75), 10 / 64)).toBeLessThan(1e-14);
    expect(incompleteBeta(3, 1, 0, 1)).toBe(0);
    expect(incompleteBeta(3, 1, 1, 0)).toBe(1);
  });

  it('refuses shares that do not sum to one', () => {
    expect(() => incompleteBeta(1, 1, 0.5, 0.6)).toThrow(RangeError);
    expect(() => incompleteBeta(1, 1, Number.NaN, 1)).toThrow(RangeError);
    expect(() => incompleteBeta(0, 1, 0.5, 0.5)).toThrow(RangeError);
  });
});

describe('the t distribution', () => {
  it.each([
    [0.001, 9, 0.9992239303259732],
    [0.5, 3, 0.651447964848151],
    [4.0621276, 9, 0.0028328905517158976],
    [12, 9, 7.699886222985652e-7],
    [40, 29, 6.346877329729348e-27],
    [2, 1000, 0.04577034649325164],
    [0.1, 1, 0.9365489651388929],
    [1e6, 2, 9.999999999985e-13],
  ])('puts beyond ±%d, %d degrees of freedom, %d', (t, df, truth) => {
    expect(relativeError(tTwoSided(t, df), truth)).toBeLessThan(1e-12);
    expect(tTwoSided(-t, df)).toBe(tTwoSided(t, df));
  });

  it('keeps ten digits at a hundred thousand degrees of freedom', () => {
    expect(relativeError(tTwoSided(3.5, 99_999), 0.0004654605413952135)).toBeLessThan(1e-10);
  });

  it('is Cauchy’s at one degree of freedom, and closed at two', () => {
    for (const t of [-30, -1, -0.2, 0, 0.5, 3, 1e4]) {
      expect(tCdf(t, 1)).toBeCloseTo(0.5 + Math.atan(t) / Math.PI, 14);
      expect(tCdf(t, 2)).toBeCloseTo(0.5 + t / (2 * Math.sqrt(2 + t ** 2)), 14);
    }
    expect(tTwoSided(Number.POSITIVE_INFINITY, 5)).toBe(0);
  });

  it.each([
    // The two-sided 5 % and 1 % points of every printed table (Fisher & Yates 1963, table III), with more digits.
    [0.975, 9, 2.2621571627982053],
    [0.975, 1, 12.706204736174705],
    [0.995, 4, 4.604094871349993],
    [0.9999, 5, 9.67756630088259],
    [0.6, 30, 0.2556053649519128],
    [0.975, 1000, 1.9623390808264085],
    [0.999999, 9, 10.7201604099095],
  ])('has its %d point at %d degrees of freedom where tables say', (p, df, truth) => {
    // 1 − p is itself rounded: 1e-6 has 1e-10 of its digits left.
    expect(relativeError(tQuantile(p, df), truth)).toBeLessThan(p > 0.9999 ? 1e-10 : 1e-12);
    expect(tQuantile(1 - p, df)).toBeCloseTo(-tQuantile(p, df), 9);
  });

  it('finds every quantile again', () => {
    const shares = fc.double({ min: 1e-9, max: 0.5, noNaN: true });
    fc.assert(
      fc.property(shares, fc.integer({ min: 1, max: 500 }), (p, df) => {
        expect(relativeError(tCdf(tQuantile(p, df), df), p)).toBeLessThan(1e-10);
      }),
      { numRuns: 300 },
    );
  });

  it('refuses what is no number, no share or no freedom', () => {
    expect(() => tTwoSided(Number.NaN, 3)).toThrow(RangeError);
    expect(() => tTwoSided(1, 0)).toThrow(RangeError);
    expect(() => tQuantile(1, 3)).toThrow(RangeError);
    expect(() => tQuantile(Number.NaN, 3)).toThrow(RangeError);
    expect(() => tQuantile(0.5, Number.NaN)).toThrow(RangeError);
  });
});
