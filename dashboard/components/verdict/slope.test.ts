import { describe, expect, it } from 'vitest';
import { isGain, slopeGeometry } from './slope';

const row = (seed: number, reference: number, loss: number) => ({
  seed,
  loss,
  reference,
  lossTrial: null,
  referenceTrial: null,
});
const BOX = { width: 360, height: 260 };

describe('the lines of a slope chart', () => {
  it('rise where the loss is higher, and stay in the box', () => {
    const { lines, left, right } = slopeGeometry([row(1, 0.2, 0.3), row(2, 0.25, 0.21)], BOX);
    expect(lines.map(({ from, to }) => Math.sign(from - to))).toEqual([1, -1]);
    for (const { from, to } of lines)
      for (const y of [from, to]) {
        expect(y).toBeGreaterThan(0);
        expect(y).toBeLessThan(BOX.height);
      }
    expect(left).toBeLessThan(right);
  });

  it('are drawn also where all seeds are alike', () => {
    const { lines } = slopeGeometry([row(1, 0.2, 0.2)], BOX);
    expect(lines.every(({ from, to }) => Number.isFinite(from) && from === to)).toBe(true);
  });
});

it('isGain knows that less is better of a loss', () => {
  expect(isGain({ loss: 0.3, reference: 0.2 }, 'test/recall@50')).toBe(true);
  expect(isGain({ loss: 0.3, reference: 0.2 }, 'test/loss')).toBe(false);
});
