import { describe, expect, it } from 'vitest';
import { type Axis, axisOf } from './axis.js';
import type { Domain } from './document.js';
import { normalCdf, truncatedNormal } from './normal.js';
import { fitParzen } from './parzen.js';
import { keyOf, philox } from './philox.js';

const LINE: Domain = { kind: 'range', scale: 'linear', low: 2, high: 4, step: null, integer: false };
const DOMAINS: Record<string, Domain> = {
  line: LINE,
  log: { kind: 'range', scale: 'log', low: 1e-4, high: 1e-1, step: null, integer: false },
  steps: { kind: 'range', scale: 'linear', low: 0.05, high: 0.3, step: 0.05, integer: false },
  whole: { kind: 'range', scale: 'linear', low: 3, high: 20, step: null, integer: true },
  'whole by log': { kind: 'range', scale: 'log', low: 1, high: 30, step: null, integer: true },
  'many whole': { kind: 'range', scale: 'log', low: 1, high: 3000, step: null, integer: true },
  list: { kind: 'choice', values: [8, 32, 16], probabilities: null },
  'list by shares': { kind: 'choice', values: [30, 10, 20], probabilities: [0.2, 0.7, 0.1] },
};
const axis = (domain: Domain) => axisOf(domain) as Axis;
const fit = (domains: readonly Domain[], values: readonly (number | null)[][]) => {
  const axes = domains.map(axis);
  const points = values.map((row) =>
    Float64Array.from(row, (value, index) =>
      value === null ? Number.NaN : (axes[index] as Axis).position(value),
    ),
  );
  return { axes, parzen: fitParzen({ axes, points, widthOf: () => 0.1, priorWeight: 1 }) };
};

describe('the normal distribution function', () => {
  it('has the values of the tables', () => {
    expect(normalCdf(0)).toBe(0.5);
    expect(normalCdf(1.959963984540054)).toBeCloseTo(0.975, 14);
    expect(normalCdf(-6)).toBeCloseTo(9.865876450377e-10, 15);
    expect(normalCdf(-40)).toBe(0);
    expect(normalCdf(Number.NaN)).toBeNaN();
  });
});

describe('a truncated normal draw', () => {
  it('stays within [0, 1), also around an end, and has the mean of its formula', () => {
    const key = keyOf('normal');
    const drawn = Array.from({ length: 4000 }, (_, n) =>
      truncatedNormal(0, 0.1, (attempt) => philox([n, attempt, 0, 0], key)),
    );
    expect(drawn.every((u) => u >= 0 && u < 1)).toBe(true);
    // A half-normal: its mean is sd * sqrt(2 / pi).
    const mean = drawn.reduce((sum, u) => sum + u, 0) / drawn.length;
    expect(mean).toBeCloseTo(0.1 * Math.sqrt(2 / Math.PI), 2);
  });
});

describe.each(Object.entries(DOMAINS))('an axis of %s', (_, domain) => {
  it('gives back every value from where it lies', () => {
    const { valueAt, position } = axis(domain);
    for (let u = 0.001; u < 1; u += 0.013) {
      const value = valueAt(u);
      expect(valueAt(Math.min(position(value), 1 - 1e-9))).toBeCloseTo(value, 4);
    }
  });

  it('goes up with the value and has ends that hold their values', () => {
    const { valueAt, position, edges } = axis(domain);
    expect(valueAt(0.999_999)).toBeGreaterThan(valueAt(0));
    if (edges === null) return;
    for (let cell = 0; cell + 1 < edges.length; cell++) {
      const [from, to] = [edges[cell] as number, edges[cell + 1] as number];
      expect(to).toBeGreaterThan(from);
      expect(valueAt(from + 1e-9)).toBe(valueAt(to - 1e-9));
      expect(position(valueAt(from + 1e-9))).toBeCloseTo((from + to) / 2, 9);
    }
    expect([edges[0], edges.at(-1)]).toEqual([0, 1]);
  });

  it('carries a density that integrates to one', () => {
    const { valueAt } = axis(domain);
    const { parzen, axes } = fit([domain], [[valueAt(0)], [valueAt(0.4)], [valueAt(0.9)]]);
    const { edges } = axes[0] as Axis;
    const grid = Array.from({ length: 5000 }, (_, index) => (index + 0.5) / 5000);
    const mass = grid.reduce((sum, u) => sum + parzen.density(Float64Array.of(u)) / grid.length, 0);
    // Cells that are not multiples of the grid are met by a point more or less.
    expect(mass).toBeCloseTo(1, edges === null ? 5 : 2);
  });
});

describe('a density', () => {
  it('is the prior where nothing is known', () => {
    const { parzen } = fit([LINE], []);
    expect(parzen.density(Float64Array.of(0.3))).toBe(1);
    expect(parzen.kernelAt(0.5)).toBeNull();
  });

  it('learns nothing along an axis from an observation that did not have it', () => {
    const { parzen } = fit([LINE, LINE], [[3, null]]);
    expect(parzen.density(Float64Array.of(0.5, 0.1))).toBe(parzen.density(Float64Array.of(0.5, 0.9)));
    expect(parzen.density(Float64Array.of(0.5, 0.1))).toBeGreaterThan(1);
  });

  it('knows how parameters go together', () => {
    const { parzen } = fit(
      [LINE, LINE],
      [
        [2.2, 2.2],
        [3.8, 3.8],
      ],
    );
    expect(parzen.density(Float64Array.of(0.1, 0.1))).toBeGreaterThan(
      2 * parzen.density(Float64Array.of(0.1, 0.9)),
    );
  });
});
