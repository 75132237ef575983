/** The closed form of a row's rest against the steps it stands for, in float64. */
import { describe, expect, test } from 'vitest';
import { testRandom } from '../randomBundle.js';
import { loadAddon, type NativeAdam, type NativeAddon } from './addon.js';

const PAPER: NativeAdam = { lr: 0.001, beta1: 0.9, beta2: 0.999, eps: 1e-8 };
const STARTS = [1, 2, 5, 20, 60, 84, 85, 86, 150, 500, 3_000, 40_000, 90_000];
const GAPS = [1, 2, 3, 7, 30, 90, 100, 190, 230, 1_000, 20_000];

const loaded = loadAddon();

describe.skipIf(!loaded.ok)('a row that rested', () => {
  const addon = loaded.ok ? loaded.addon : (undefined as unknown as NativeAddon);

  // A float's own rounding is 6e-8, and step-by-step Adam in float32 rounds at each of the steps.
  test.each([
    { name: 'the paper’s Adam', adam: PAPER },
    { name: 'a large eps', adam: { ...PAPER, eps: 1e-3 } },
    { name: 'a slow momentum', adam: { ...PAPER, beta1: 0.99 } },
    { name: 'a fast mean square', adam: { ...PAPER, beta2: 0.95 } },
    {
      name: 'momentum that outlives the mean square',
      adam: { ...PAPER, beta1: 0.95, beta2: 0.9 },
      tolerance: 1e-9,
    },
    { name: 'no momentum', adam: { ...PAPER, beta1: 0 } },
  ])('has moved as step-by-step Adam moves it: $name', ({ adam }) => {
    let worst = { error: 0, where: '' };
    for (const start of STARTS) {
      for (const gap of GAPS) {
        const { m, v } = moments(start * 31 + gap, start, adam);
        const p = new Float32Array(m.length);
        const after = addon.restUntil({
          adam,
          totalSteps: start + gap,
          start,
          end: start + gap,
          p,
          m,
          v,
          simd: 'baseline',
        });
        const expected = rest(adam, start, gap, m, v);
        for (const [at, value] of after.entries()) {
          const error =
            Math.abs(value + (expected[at] as number)) / (Math.abs(expected[at] as number) + 1e-30);
          if (error > worst.error)
            worst = { error, where: `start ${start}, gap ${gap}, m ${m[at]}, v ${v[at]}` };
        }
      }
    }
    expect(worst.error, worst.where).toBeLessThan(1e-6);
  });

  test('has not moved when it never had a gradient', () => {
    const p = Float32Array.of(1, 2, 3);
    const zero = new Float32Array(3);
    const after = addon.restUntil({
      adam: PAPER,
      totalSteps: 100,
      start: 0,
      end: 50,
      p,
      m: zero,
      v: zero,
      simd: 'baseline',
    });
    expect(after).toEqual(p);
  });
});

/** How far parameters move down over `gap` steps without gradient, after `start` steps: Adam, nothing else. */
function rest(adam: NativeAdam, start: number, gap: number, m: Float32Array, v: Float32Array): Float64Array {
  const { lr, beta1, beta2, eps } = adam;
  const moved = new Float64Array(m.length);
  for (let s = 1; s <= gap && beta1 ** s > 1e-14; s += 1) {
    const gain = (lr * beta1 ** s) / (1 - beta1 ** (start + s));
    const shrink = beta2 ** s / (1 - beta2 ** (start + s));
    for (const [at, square] of v.entries()) {
      moved[at] = (moved[at] as number) + (gain * (m[at] as number)) / (Math.sqrt(square * shrink) + eps);
    }
  }
  return moved;
}

/** Moments from a gradient of any size at step `start`: sqrt(v) far above eps, near it, and far below. */
function moments(seed: number, start: number, { beta1, beta2 }: NativeAdam) {
  const random = testRandom(seed);
  const gradients = Array.from({ length: 48 }, () => 10 ** (-12 + 12 * random()) * (random() < 0.5 ? -1 : 1));
  // The steps before had gradients too, so v is that of a longer history; m keeps its sign.
  const history = 1 + random() * Math.min(start, 500);
  return {
    m: Float32Array.from(gradients, (g) => (1 - beta1) * g),
    v: Float32Array.from(gradients, (g) => (1 - beta2) * g * g * history),
  };
}
