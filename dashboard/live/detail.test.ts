/** A zoomed part of a curve. */
import { describe, expect, test } from 'vitest';
import { withDetail } from './detail';

const whole = { steps: [0, 10, 20, 30, 40], values: [0, 1, 2, 3, 4] };

describe('withDetail', () => {
  test('takes the part as fetched and the rest as it was', () => {
    const part = { steps: [10, 12, 14, 20, 25], values: [1, 9, null, 2, 7] };
    expect(withDetail(whole, part, { from: 10, to: 25 })).toEqual({
      steps: [0, 10, 12, 14, 20, 25, 30, 40],
      values: [0, 1, 9, null, 2, 7, 3, 4],
    });
  });

  test('keeps points of the part that came after it was fetched', () => {
    const part = { steps: [20, 22], values: [2, 5] };
    expect(withDetail(whole, part, { from: 15, to: 100 }).steps).toEqual([0, 10, 20, 22, 30, 40]);
  });

  test('leaves a curve alone that has nothing there', () => {
    expect(withDetail(whole, undefined, { from: 10, to: 20 })).toBe(whole);
    expect(withDetail(whole, { steps: [], values: [] }, { from: 10, to: 20 })).toBe(whole);
  });
});
