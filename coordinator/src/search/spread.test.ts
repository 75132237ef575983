import { describe, expect, it } from 'vitest';
import { spreadOf } from './spread.js';

describe('spreadOf', () => {
  it('is the sample standard deviation, absent for one value', () => {
    expect(spreadOf([])).toBeNull();
    expect(spreadOf([3])).toEqual({ mean: 3, sd: null, n: 1 });
    expect(spreadOf([2, 4, 4, 4, 5, 5, 7, 9])?.sd).toBeCloseTo(2.13809, 5);
  });
});
