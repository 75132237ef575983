import { describe, expect, it } from 'vitest';
import { bandOf, smooth } from './curveMaths';

describe('smooth', () => {
  it('leaves a constant as it is, from the first point on', () => {
    expect(smooth([2, 2, 2], 0.9)).toEqual([2, 2, 2].map((value) => expect.closeTo(value, 12)));
  });

  it('weighs the past, and keeps holes', () => {
    expect(smooth([1, null, 3], 0.5)).toEqual([1, null, expect.closeTo((0.25 + 1.5) / 0.75, 12)]);
  });

  it('changes nothing without weight', () => {
    expect(smooth([1, null, 3], 0)).toEqual([1, null, 3]);
  });
});

describe('bandOf', () => {
  it('has the mean and Student’s 95 % interval where two seeds or more were measured', () => {
    const band = bandOf([
      { steps: [10, 20], values: [1, 5] },
      { steps: [10], values: [3] },
    ]);
    // s = √2, n = 2: half = 12.706.
    expect(band).toMatchObject({ steps: [10, 20], mean: [2, 5], seeds: 2 });
    expect(band.low).toEqual([expect.closeTo(2 - 12.706, 6), null]);
    expect(band.high).toEqual([expect.closeTo(2 + 12.706, 6), null]);
  });

  it('joins the table and the expansion without a step', () => {
    const half = (count: number) => {
      const values = Array.from({ length: count }, (_, at) => at % 2);
      const { mean, high } = bandOf(values.map((value) => ({ steps: [1], values: [value] })));
      const n = values.length;
      const average = mean[0] ?? 0;
      const s = Math.sqrt(values.reduce((sum, value) => sum + (value - average) ** 2, 0) / (n - 1));
      return (((high[0] ?? 0) - average) * Math.sqrt(n)) / s;
    };
    expect(half(31)).toBeCloseTo(2.042, 3);
    expect(half(32)).toBeCloseTo(2.0395, 2);
    expect(half(101)).toBeCloseTo(1.984, 2);
  });

  it('leaves a hole where no seed has a value', () => {
    expect(bandOf([{ steps: [1], values: [null] }])).toMatchObject({ mean: [null], low: [null] });
  });
});
