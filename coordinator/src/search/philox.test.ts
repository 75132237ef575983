import { describe, expect, it } from 'vitest';
import { keyOf, philox, uniform } from './philox.js';

const ONES = 0xffff_ffff;

describe('philox', () => {
  // Known answers of philox4x32-10 published with Random123 (kat_vectors).
  it.each([
    [[0, 0, 0, 0], [0, 0], '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    [[ONES, ONES, ONES, ONES], [ONES, ONES], '408f276d 41c83b0e a20bc7c6 6d5451fd'],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      'd16cfe09 94fdcceb 5001e420 24126ea1',
    ],
  ] as const)('gives the published answer for counter %j', (counter, key, expected) => {
    const words = philox(counter, key);
    expect(words.map((word) => word.toString(16).padStart(8, '0')).join(' ')).toBe(expected);
  });

  it('draws evenly from [0, 1)', () => {
    const key = keyOf('test', 1);
    const draws = Array.from({ length: 20_000 }, (_, n) => uniform([n, 0, 0, 0], key));
    const bins = new Array<number>(20).fill(0);
    for (const u of draws) bins[Math.floor(u * 20)] = (bins[Math.floor(u * 20)] ?? 0) + 1;
    const chiSquare = bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(draws.every((u) => u >= 0 && u < 1)).toBe(true);
    // 19 degrees of freedom: 43.8 is the 0.1 % quantile; the draws are fixed, so this never flickers.
    expect(chiSquare).toBeLessThan(43.8);
  });

  it('has a key of its own for each purpose', () => {
    expect(keyOf('a', 'bc')).not.toEqual(keyOf('ab', 'c'));
    expect(keyOf('a', 1)).toEqual(keyOf('a', 1));
  });
});
