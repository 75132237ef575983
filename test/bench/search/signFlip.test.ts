import { describe, expect, it } from 'vitest';
import { signFlipP } from './signFlip.js';

describe('the sign-flip test', () => {
  it('finds what holds for all pairs: eight of one sign are one of 128', () => {
    expect(signFlipP([3, 1, 4, 1, 5, 9, 2, 6])).toBeCloseTo(2 / 2 ** 8, 2);
  });

  it('finds nothing where signs alternate', () => {
    expect(signFlipP([1, -1, 2, -2, 3, -3])).toBe(1);
    expect(signFlipP([0, 0, 0])).toBe(1);
  });

  it('has the same answer for a difference either way', () => {
    const differences = [0.4, -0.1, 0.3, 0.2, -0.05, 0.6];
    expect(signFlipP(differences.map((value) => -value))).toBe(signFlipP(differences));
  });
});
