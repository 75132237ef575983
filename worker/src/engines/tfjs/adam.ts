/** Adam with dense semantics: every element of every parameter moves at every step. Kingma & Ba, ICLR 2015. */
import * as tf from '@tensorflow/tfjs-core';
import { memoryOf } from './hostMemory.js';

export type AdamOptions = { lr: number; beta1: number; beta2: number; eps: number };

/** A parameter with its moments, all of one shape. */
export type AdamState = { value: tf.Tensor; mean: tf.Tensor; square: tf.Tensor };

export function startAdam(value: tf.Tensor): AdamState {
  return { value, mean: tf.zerosLike(value), square: tf.zerosLike(value) };
}

/**
 * Step t, from 1. Takes `gradient` over and disposes of what it replaces; a tensor that somebody else reads of
 * `value` keeps its numbers.
 */
export function adamStep(
  state: AdamState,
  gradient: tf.Tensor,
  { options, t }: { options: AdamOptions; t: number },
): AdamState {
  const step = coefficients(options, t);
  return stepInMemory(state, gradient, step) ?? stepOnDevice(state, gradient, step);
}

type Step = { beta1: number; beta2: number; rate: number; rootScale: number; eps: number };

export function coefficients({ lr, beta1, beta2, eps }: AdamOptions, t: number): Step {
  return { beta1, beta2, eps, rate: lr / (1 - beta1 ** t), rootScale: 1 / Math.sqrt(1 - beta2 ** t) };
}

export function stepOnDevice({ value, mean, square }: AdamState, gradient: tf.Tensor, step: Step): AdamState {
  const next = tf.tidy(() => {
    const m = tf.add(tf.mul(mean, step.beta1), tf.mul(gradient, 1 - step.beta1));
    const v = tf.add(tf.mul(square, step.beta2), tf.mul(tf.square(gradient), 1 - step.beta2));
    const root = tf.add(tf.mul(tf.sqrt(v), step.rootScale), step.eps);
    return { value: tf.sub(value, tf.mul(tf.div(m, root), step.rate)), mean: m, square: v };
  });
  tf.dispose([value, mean, square, gradient]);
  return next;
}

/**
 * A mean below this counts as 0: all that is left of it would move a parameter by 1e-11 · lr at most. Without a
 * limit it would be denormal after 800 steps, where the arithmetic of most CPUs is a hundred times slower, and
 * rounding would keep it from ever becoming 0.
 */
const SMALLEST_MEAN = 1e-20;
/** The same for the mean of squares, which is nothing beside eps by then. */
const SMALLEST_SQUARE = 1e-36;

/**
 * One pass instead of eleven, where the tensors' memory can be reached: the moments change in place, and the
 * gradient's tensor becomes the new value's. Null where it can't.
 */
export function stepInMemory(state: AdamState, gradient: tf.Tensor, step: Step): AdamState | null {
  const p = memoryOf(state.value);
  const m = memoryOf(state.mean);
  const v = memoryOf(state.square);
  const g = memoryOf(gradient);
  if (p === null || m === null || v === null || g === null) return null;
  const { beta1, beta2, rate, rootScale, eps } = step;
  for (let at = 0; at < p.length; at += 1) {
    const slope = g[at] as number;
    let mean = m[at] as number;
    let square = (v[at] as number) * beta2;
    if (slope === 0) {
      if (square < SMALLEST_SQUARE) square = 0;
      v[at] = square;
      if (mean === 0) {
        g[at] = p[at] as number;
        continue;
      }
      mean *= beta1;
      if (Math.abs(mean) < SMALLEST_MEAN) mean = 0;
    } else {
      mean = mean * beta1 + slope * (1 - beta1);
      square += slope * slope * (1 - beta2);
      v[at] = square;
    }
    m[at] = mean;
    g[at] = (p[at] as number) - (mean / (Math.sqrt(square) * rootScale + eps)) * rate;
  }
  state.value.dispose();
  return { ...state, value: gradient };
}
