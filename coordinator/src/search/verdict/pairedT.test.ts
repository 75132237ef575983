import { describe, expect, it } from 'vitest';
import { MAIZE, SLEEP } from './knownPairs.js';
import { pairedT } from './pairedT.js';

const zeros = (values: readonly number[]) => values.map(() => 0);

describe('the paired t-test', () => {
  it('says of Student’s sleep data what R’s t.test(paired = TRUE) says', () => {
    const { n, mean, df, t, p, interval } = pairedT(SLEEP.first, SLEEP.second);
    expect([n, df]).toEqual([10, 9]);
    expect(mean).toBeCloseTo(-1.58, 12);
    expect(t).toBeCloseTo(-4.0621, 4);
    expect(p).toBeCloseTo(0.002833, 6);
    expect(interval?.low).toBeCloseTo(-2.4598858, 7);
    expect(interval?.high).toBeCloseTo(-0.7001142, 7);
  });

  it('says of Darwin’s maize what Fisher (1935) says: t = 2.148, 4.970 %', () => {
    const { t, p } = pairedT(MAIZE, zeros(MAIZE));
    expect(t).toBeCloseTo(2.148, 3);
    expect(p).toBeCloseTo(0.0497, 5);
  });

  it('mirrors when the arms change places, to the bit', () => {
    const one = pairedT(SLEEP.first, SLEEP.second);
    const other = pairedT(SLEEP.second, SLEEP.first);
    expect(other).toEqual({
      ...one,
      mean: -one.mean,
      t: -(one.t ?? 0),
      interval: { low: -(one.interval?.high ?? 0), high: -(one.interval?.low ?? 0) },
    });
  });

  it('has no say about one pair', () => {
    expect(pairedT([0.3], [0.2])).toEqual({
      n: 1,
      mean: 0.3 - 0.2,
      sd: null,
      df: null,
      t: null,
      p: null,
      interval: null,
    });
  });

  it('has none about differences that do not vary, also where rounding says they do', () => {
    const undecided = { sd: 0, df: null, t: null, p: null, interval: null };
    expect(pairedT([1, 2, 3], [1, 2, 3])).toEqual({ n: 3, mean: 0, ...undecided });
    const shifted = pairedT([0.1 + 0.7, 0.2 + 0.7, 0.3 + 0.7], [0.1, 0.2, 0.3]);
    expect(shifted).toMatchObject(undecided);
    expect(shifted.mean).toBeCloseTo(0.7, 14);
  });

  it.each([
    [[], []],
    [[1, 2], [1]],
    [
      [1, Number.NaN],
      [1, 2],
    ],
    [
      [1, 2],
      [Number.POSITIVE_INFINITY, 2],
    ],
  ])('refuses %j against %j', (first, second) => {
    expect(() => pairedT(first, second)).toThrow(RangeError);
  });
});
