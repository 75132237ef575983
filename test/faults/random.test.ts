import { expect, it } from 'vitest';
import { seededRandom } from './random.js';

const draw = (seed: number, stream: string): number[] => {
  const random = seededRandom(seed, stream);
  return Array.from({ length: 200 }, () => random.between(3, 9));
};

it('draws the same for the same seed and fault, and something else for another', () => {
  expect(draw(7, 'a')).toEqual(draw(7, 'a'));
  expect(draw(7, 'a')).not.toEqual(draw(8, 'a'));
  expect(draw(7, 'a')).not.toEqual(draw(7, 'b'));
});

it('keeps to the bounds, both included', () => {
  const drawn = draw(1, 'bounds');
  expect(Math.min(...drawn)).toBe(3);
  expect(Math.max(...drawn)).toBe(9);
});
