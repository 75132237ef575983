/** Curves joined on one axis. */
import { describe, expect, test } from 'vitest';
import { alignSeries, curvesDigest, type PlotSeries, pointAt, pointsTable } from './series';

function curve(steps: number[], values: (number | null)[], fields: Partial<PlotSeries> = {}): PlotSeries {
  return { key: steps.join(), label: 'one', colour: '--fg', steps, values, ...fields };
}

describe('alignSeries', () => {
  test('joins different steps and marks where a curve has no point', () => {
    const data = alignSeries([curve([10, 30], [1, 3]), curve([20, 30], [2, null])]);
    expect(data).toEqual([
      [10, 20, 30],
      [1, undefined, 3],
      [undefined, 2, null],
    ]);
  });

  test('keeps equal steps as they are', () => {
    expect(alignSeries([curve([1, 2], [5, 6]), curve([1, 2], [7, 8])])).toEqual([
      [1, 2],
      [5, 6],
      [7, 8],
    ]);
  });

  test('is an empty axis without curves', () => {
    expect(alignSeries([])).toEqual([[]]);
  });
});

describe('pointAt', () => {
  const gappy = curve([10, 20, 30], [1, null, 3]);

  test('finds the last finite point at or before a step', () => {
    expect(pointAt(gappy, 29)).toEqual({ step: 10, value: 1, at: 0 });
    expect(pointAt(gappy, 30)).toEqual({ step: 30, value: 3, at: 2 });
  });

  test('is null before the first point', () => {
    expect(pointAt(gappy, 9)).toBeNull();
  });
});

describe('tables of curves', () => {
  test('hold every point, holes included', () => {
    expect(pointsTable([curve([10, 20], [1, null])], 'iteration')).toEqual({
      columns: ['series', 'iteration', 'value'],
      rows: [
        ['one', 10, 1],
        ['one', 20, null],
      ],
    });
  });

  test('say of each curve where it ends and between what it lies, the strong ones first', () => {
    const weak = curve([1, 2], [4, 2], { label: 'weak' });
    const strong = curve([1, 3], [1, 5], { label: 'strong', strong: true });
    expect(curvesDigest([weak, strong], 1).rows).toEqual([['strong', 3, 5, 1, 5]]);
    expect(curvesDigest([weak]).rows).toEqual([['weak', 2, 2, 2, 4]]);
  });
});
