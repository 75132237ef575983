/** The losses on the device: a sample's loss, the mean that is back-propagated, and its gradient. */
import * as tf from '@tensorflow/tfjs-core';
import { type Denoising, droppedCount, targetsOf } from '../denoising.js';
import type { Batch } from '../engine.js';

export type LossPass = {
  /** (): mean over the kept samples, weights included. */
  mean: tf.Scalar;
  /** (T B): derivative of `mean` by each logit; 0 where dropped. R-CE's weight has no gradient. */
  residual: tf.Tensor1D;
  /** (B): weight included, of the dropped, too. */
  sampleLoss: tf.Tensor1D;
  /** (dropped): positions of T-CE's drop by falling loss; undefined: none. */
  dropped: tf.Tensor1D | undefined;
};

/**
 * Wang et al., WSDM 2021, sections 3.2 and 3.3, and the baselines of its Table 4, at iteration t; to be called in a
 * tidy. worker/native/README.md has the formulas.
 * @param logits (T B), task after task: of NMTR click and satisfaction, else one task
 */
export function denoisedLoss(
  denoising: Denoising,
  { logits, batch, t }: { logits: tf.Tensor1D; batch: Batch; t: number },
): LossPass {
  const size = batch.labels.length;
  const targets = targetsOf(denoising, batch);
  const sign = tf.tensor1d(targets.sign); // (T B), -1 for positives
  const x = tf.mul(sign, logits); // (T B)
  // softplus(x) without overflow: max(x, 0) + log(1 + exp(-|x|)).
  const ce = tf.add(tf.relu(x), tf.log1p(tf.exp(tf.neg(tf.abs(x))))) as tf.Tensor1D; // (T B)
  const slope = tf.mul(sign, tf.sigmoid(x)) as tf.Tensor1D; // (T B)

  if (targets.weight) return weighted(tf.tensor1d(targets.weight), { ce, slope, size });
  // ŷ^β of a positive and (1 - ŷ)^β of a negative are both exp(-β CE).
  if (denoising.loss === 'R-CE') return weighted(tf.exp(tf.mul(ce, -denoising.beta)), { ce, slope, size });
  const drop = droppedCount(denoising, t, batch.labels);
  if (drop === 0) return { ...meanOf(ce, slope, size), sampleLoss: ce, dropped: undefined };
  return truncated(drop, { isPositive: tf.less(sign, 0), ce, slope, size });
}

type Losses = { ce: tf.Tensor1D; slope: tf.Tensor1D; size: number };

/** @param weight (T B), without a gradient of its own */
function weighted(weight: tf.Tensor, { ce, slope, size }: Losses): LossPass {
  const loss = tf.mul(weight, ce) as tf.Tensor1D; // (T B)
  const sampleLoss = ce.size === size ? loss : (tf.sum(tf.reshape(loss, [-1, size]), 0) as tf.Tensor1D); // (B)
  return { ...meanOf(loss, tf.mul(weight, slope), size), sampleLoss, dropped: undefined };
}

/** @param isPositive (B) */
function truncated(
  drop: number,
  { isPositive, ce, slope, size }: Losses & { isPositive: tf.Tensor },
): LossPass {
  // topk breaks ties towards the smaller position, as the definition asks; a loss is never negative.
  const dropped = tf.topk(tf.where(isPositive, ce, tf.fill([size], -1)), drop).indices as tf.Tensor1D; // (drop)
  const kept = tf.sub(1, tf.unsortedSegmentSum(tf.ones([drop]), dropped, size)); // (B)
  // Not a product with `kept`: infinity times 0 is NaN.
  const zero = tf.zerosLike(ce); // (B)
  const isKept = tf.greater(kept, 0); // (B)
  const keptLoss = tf.where(isKept, ce, zero); // (B)
  return { ...meanOf(keptLoss, tf.where(isKept, slope, zero), size - drop), sampleLoss: ce, dropped };
}

function meanOf(loss: tf.Tensor, slope: tf.Tensor, kept: number): Pick<LossPass, 'mean' | 'residual'> {
  return { mean: tf.div(tf.sum(loss), kept), residual: tf.div(slope, kept) as tf.Tensor1D };
}
