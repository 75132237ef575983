import { describe, expect, it } from 'vitest';
import { bracketOf, bracketShares } from './brackets.js';

describe("Hyperband's brackets", () => {
  it('get the shares of the paper: 81, 34, 15, 8 and 5 configurations of 143 for R = 81', () => {
    const shares = bracketShares(4, 3);
    const paper = [81, 33.75, 15, 7.5, 5].map((count) => count / 142.25);
    shares.forEach((share, bracket) => {
      expect(share).toBeCloseTo(paper[bracket] ?? Number.NaN, 12);
    });
  });

  it.each([1, 2, 3, 7])('hold their shares to a few in every prefix of every %i-th ordinal', (stride) => {
    const shares = bracketShares(4, 3);
    const counts = shares.map(() => 0);
    let furthest = 0;
    for (let index = 0; index < 2000; index += 1) {
      const bracket = bracketOf(index * stride, 4, 3);
      counts[bracket] = (counts[bracket] ?? 0) + 1;
      const off = counts.map((count, other) => Math.abs(count - (shares[other] ?? 0) * (index + 1)));
      furthest = Math.max(furthest, ...off);
    }
    expect(furthest).toBeLessThan(5);
  });

  it('are one when the ladder has no rung', () => {
    expect(bracketOf(5, 0, 3)).toBe(0);
  });
});
