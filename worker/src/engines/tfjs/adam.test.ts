/** Adam in reachable memory against Adam in tensor operations, and both against its equations in float64. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { testRandom } from '../randomBundle.js';
import { type AdamState, coefficients, startAdam, stepInMemory, stepOnDevice } from './adam.js';
import { loadBackend } from './backend.js';

const OPTIONS = { lr: 0.01, beta1: 0.9, beta2: 0.999, eps: 1e-8 };
const SIZE = 60;

beforeAll(async () => {
  expect(await loadBackend('wasm')).toMatchObject({ ok: true });
});

describe('an Adam step', () => {
  const ways = [
    { name: 'in memory', step: stepInMemory },
    { name: 'by tensor operations', step: stepOnDevice },
  ];

  test.each(ways)('moves every element as the equations say, $name', ({ step }) => {
    const random = testRandom(5);
    let state = startAdam(tf.fill([SIZE], 0.5));
    const exact = Array.from({ length: SIZE }, () => ({ p: 0.5, m: 0, v: 0 }));
    for (let t = 1; t <= 300; t += 1) {
      // Most elements rest at most steps; the last never gets a gradient.
      const gradient = Float32Array.from({ length: SIZE }, (_, n) =>
        n < SIZE - 1 && random() < 0.1 ? (random() - 0.5) * 10 ** (-6 * random()) : 0,
      );
      state = step(state, tf.tensor1d(gradient), coefficients(OPTIONS, t)) as AdamState;
      for (const [n, { p, m, v }] of exact.entries())
        exact[n] = equations({ p, m, v }, gradient[n] as number, t);
    }
    const values = state.value.dataSync();
    for (const [n, { p }] of exact.entries()) expect(Math.abs((values[n] as number) - p)).toBeLessThan(1e-5);
    expect(values[SIZE - 1]).toBe(0.5);
    tf.dispose([state.value, state.mean, state.square]);
  });

  test('lets a mean that has died away rest, instead of computing with denormal numbers', () => {
    let state = startAdam(tf.tensor1d([1]));
    state = stepInMemory(state, tf.tensor1d([0.1]), coefficients(OPTIONS, 1)) as AdamState;
    for (let t = 2; t <= 600; t += 1) {
      state = stepInMemory(state, tf.tensor1d([0]), coefficients(OPTIONS, t)) as AdamState;
    }
    expect(state.mean.dataSync()[0]).toBe(0);
    tf.dispose([state.value, state.mean, state.square]);
  });

  test.each(ways)('leaves what reads the old value alone, $name', ({ step }) => {
    const state = startAdam(tf.tensor1d([1, 2]));
    const reader = tf.clone(state.value);
    const next = step(state, tf.tensor1d([0.1, -0.1]), coefficients(OPTIONS, 1)) as AdamState;
    expect([...reader.dataSync()]).toEqual([1, 2]);
    expect([...next.value.dataSync()]).not.toEqual([1, 2]);
    tf.dispose([reader, next.value, next.mean, next.square]);
  });
});

function equations({ p, m, v }: { p: number; m: number; v: number }, g: number, t: number) {
  const { lr, beta1, beta2, eps } = OPTIONS;
  const mean = beta1 * m + (1 - beta1) * g;
  const square = beta2 * v + (1 - beta2) * g * g;
  const move = mean / (1 - beta1 ** t) / (Math.sqrt(square / (1 - beta2 ** t)) + eps);
  return { p: p - lr * move, m: mean, v: square };
}
