import { describe, expect, it } from 'vitest';
import { decidablePairs, judge, moreSeeds } from './judge.js';

const evidence = { pairs: 10, adjustedP: 0.03, improvement: 0.002, effect: { dz: 1, gz: 0.9 }, family: 3 };

describe('the verdict', () => {
  it('is better or worse where the corrected p is at most 0.05, by the side of the mean', () => {
    expect(judge(evidence)).toBe('better');
    expect(judge({ ...evidence, adjustedP: 0.05 })).toBe('better');
    expect(judge({ ...evidence, improvement: -0.002 })).toBe('worse');
    expect(moreSeeds('better', evidence)).toBe(0);
  });

  it('is inconclusive above it', () => {
    expect(judge({ ...evidence, adjustedP: 0.0501 })).toBe('inconclusive');
  });

  it('is not given below six pairs, whatever p says', () => {
    const five = { ...evidence, pairs: 5, family: 1 };
    expect(judge(five)).toBe('too few seeds');
    expect(moreSeeds('too few seeds', five)).toBe(1);
    expect(judge({ ...five, pairs: 6 })).toBe('better');
    const none = { pairs: 0, adjustedP: null, improvement: null, effect: null, family: 1 };
    expect([judge(none), moreSeeds('too few seeds', none)]).toEqual(['too few seeds', 6]);
  });

  it('is not called inconclusive where agreement of all seeds could not have decided', () => {
    // Seven pairs reach 2/2⁷ = 0.0156; ten comparisons make 0.156 of it.
    const seven = { ...evidence, pairs: 7, adjustedP: 0.156, family: 10 };
    expect(judge(seven)).toBe('too few seeds');
    expect(moreSeeds('too few seeds', seven)).toBe(2);
    expect(judge({ ...seven, pairs: 9 })).toBe('inconclusive');
  });
});

describe('the pairs that can decide', () => {
  it.each([
    // 2^(1 − n) · family ≤ 0.05.
    [0, 6],
    [1, 6],
    [2, 7],
    [3, 7],
    [10, 9],
    [25, 10],
    [26, 11],
  ])('among %d comparisons are %d', (family, pairs) => {
    expect(decidablePairs(family)).toBe(pairs);
  });
});

describe('the seeds still needed', () => {
  it('are what a t-test at the family’s first hurdle needs for the effect seen, less those there', () => {
    // 34 pairs find d_z = 0.5 at 0.05 with 80 %, 15 find 0.8 (G*Power, Cohen's tables).
    expect(moreSeeds('inconclusive', { ...evidence, effect: { dz: 0.55, gz: 0.5 }, family: 1 })).toBe(24);
    expect(moreSeeds('inconclusive', { ...evidence, effect: { dz: 0.9, gz: -0.8 }, family: 1 })).toBe(5);
    expect(
      moreSeeds('inconclusive', { ...evidence, effect: { dz: 0.9, gz: 0.8 }, family: 3 }),
    ).toBeGreaterThan(5);
  });

  it('are one at least, and none where no number would do', () => {
    expect(moreSeeds('inconclusive', { ...evidence, effect: { dz: 9, gz: 9 } })).toBe(1);
    expect(moreSeeds('inconclusive', { ...evidence, effect: { dz: 0, gz: 0 } })).toBeNull();
    expect(moreSeeds('inconclusive', { ...evidence, effect: null })).toBeNull();
  });
});
