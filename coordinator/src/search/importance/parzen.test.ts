import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Domain } from '../document.js';
import { cellsOf } from './cells.js';
import { parzenDensity, pearsonDivergence } from './parzen.js';

const counts = fc
  .array(fc.nat(30), { minLength: 1, maxLength: 50 })
  .filter((list) => list.some((count) => count > 0))
  .map((list) => Float64Array.from(list));

describe('a Parzen density', () => {
  it('sums to 1 and is above 0 everywhere, whatever was observed', () => {
    fc.assert(
      fc.property(counts, fc.boolean(), (observed, ordered) => {
        const density = parzenDensity(observed, ordered);
        expect(density.reduce((sum, mass) => sum + mass, 0)).toBeCloseTo(1, 10);
        expect(Math.min(...density)).toBeGreaterThan(0);
      }),
    );
  });

  it('of listed values is their frequencies with one imagined observation', () => {
    expect([...parzenDensity(Float64Array.of(3, 0, 1, 0), false)]).toEqual([
      3.25 / 5,
      0.25 / 5,
      1.25 / 5,
      0.25 / 5,
    ]);
  });

  it('of a range reaches into the neighbours, falling with distance', () => {
    const density = parzenDensity(Float64Array.of(0, 0, 0, 4, 4, 0, 0, 0), true);
    expect(density[2]).toBeGreaterThan(density[1] as number);
    expect(density[3]).toBeGreaterThan(density[2] as number);
    expect(density[3]).toBeCloseTo(density[4] as number, 12);
  });
});

describe('the Pearson divergence', () => {
  it('is 0 for equal densities and 1/γ − 1 for one that fills the share γ of a flat one', () => {
    const flat = new Float64Array(10).fill(0.1);
    expect(pearsonDivergence(flat, flat)).toBe(0);
    const tenth = new Float64Array(10);
    tenth[4] = 1;
    expect(pearsonDivergence(tenth, flat)).toBeCloseTo(9, 12);
  });
});

describe('cells', () => {
  it('take every value of a domain, ends included, and none outside', () => {
    const domain: Domain = { kind: 'range', scale: 'log', low: 1e-4, high: 1e-2, step: null, integer: false };
    const cells = cellsOf(domain);
    expect([cells.cellOf(1e-4), cells.cellOf(1.1e-3), cells.cellOf(1e-2)]).toEqual([0, 26, 49]);
    expect([cells.cellOf(9e-5), cells.cellOf(0.011)]).toEqual([null, null]);
  });

  it('are one a step of a stepped range, and one a value of a list', () => {
    const stepped = cellsOf({
      kind: 'range',
      scale: 'linear',
      low: 0.05,
      high: 0.3,
      step: 0.05,
      integer: false,
    });
    expect(stepped.count).toBe(6);
    expect([0.05, 0.1, 0.15, 0.2, 0.25, 0.3].map(stepped.cellOf)).toEqual([0, 1, 2, 3, 4, 5]);
    const list = cellsOf({ kind: 'choice', values: [30_000, 1000], probabilities: null });
    expect([list.cellOf(1000), list.cellOf(30_000), list.cellOf(5)]).toEqual([1, 0, null]);
  });

  it('are about one a doubling of a whole-number log range', () => {
    const cells = cellsOf({ kind: 'range', scale: 'log', low: 64, high: 8192, step: null, integer: true });
    expect(cells.count).toBe(14);
    expect([cells.cellOf(64), cells.cellOf(8192)]).toEqual([0, 13]);
  });
});
