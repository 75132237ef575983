import { expect, test } from 'vitest';
import { testRandom } from '../randomBundle.js';
import { TopK } from './topK.js';

test('the best are those of a full sort, ties to the smaller index, at any K', () => {
  const random = testRandom(11);
  for (const k of [1, 2, 9, 50, 400]) {
    const best = new TopK(k);
    for (let row = 0; row < 20; row += 1) {
      // Few different values: nearly everything ties.
      const scores = Float32Array.from({ length: 300 }, () => Math.floor(random() * 5));
      const excluded = Uint8Array.from({ length: 300 }, () => (random() < 0.3 ? 1 : 0));
      const expected = [...scores.keys()]
        .filter((item) => excluded[item] === 0)
        .sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b)
        .slice(0, k);
      expect([...best.of(scores, excluded)]).toEqual(expected);
    }
  }
});

test('NaN and -Infinity never rank', () => {
  const scores = Float32Array.of(Number.NaN, 1, Number.NEGATIVE_INFINITY, 2);
  expect([...new TopK(10).of(scores, new Uint8Array(4))]).toEqual([3, 1]);
});
