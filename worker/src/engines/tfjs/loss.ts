/** The three losses on the device: a sample's loss, the mean that is back-propagated, and its gradient. */
import * as tf from '@tensorflow/tfjs-core';
import type { Denoising } from '../denoising.js';
import { droppedCount } from '../denoising.js';

export type LossPass = {
  /** (): mean over the kept samples, R-CE's weight included. */
  mean: tf.Scalar;
  /** (B): derivative of `mean` by each logit; 0 where dropped. R-CE's weight has no gradient. */
  residual: tf.Tensor1D;
  /** (B): of the dropped, too. */
  sampleLoss: tf.Tensor1D;
  /** (dropped): positions of T-CE's drop by falling loss; undefined: none. */
  dropped: tf.Tensor1D | undefined;
};

/**
 * Wang et al., WSDM 2021, sections 3.2 and 3.3, at iteration t; to be called in a tidy.
 * @param logits (B)
 * @param labels (B), of 0 and 1, here and on the device
 */
export function denoisedLoss(
  denoising: Denoising,
  { logits, labels, t }: { logits: tf.Tensor1D; labels: Uint8Array; t: number },
): LossPass {
  const size = labels.length;
  const sign = tf.tensor1d(Float32Array.from(labels, (label) => 1 - 2 * label)); // (B), -1 for positives
  const x = tf.mul(sign, logits); // (B)
  // softplus(x) without overflow: max(x, 0) + log(1 + exp(-|x|)).
  const ce = tf.add(tf.relu(x), tf.log1p(tf.exp(tf.neg(tf.abs(x))))); // (B)
  const slope = tf.mul(sign, tf.sigmoid(x)); // (B)

  if (denoising.loss === 'R-CE') {
    // ŷ^β of a positive and (1 - ŷ)^β of a negative are both exp(-β CE).
    const weight = tf.exp(tf.mul(ce, -denoising.beta)); // (B)
    const sampleLoss = tf.mul(weight, ce) as tf.Tensor1D; // (B)
    return { ...meanOf(sampleLoss, tf.mul(weight, slope), size), sampleLoss, dropped: undefined };
  }
  const drop = droppedCount(denoising, t, labels);
  const sampleLoss = ce as tf.Tensor1D;
  if (drop === 0) return { ...meanOf(ce, slope, size), sampleLoss, dropped: undefined };
  // topk breaks ties towards the smaller position, as the definition asks; a loss is never negative.
  const isPositive = tf.less(sign, 0); // (B)
  const dropped = tf.topk(tf.where(isPositive, ce, tf.fill([size], -1)), drop).indices as tf.Tensor1D; // (drop)
  const kept = tf.sub(1, tf.unsortedSegmentSum(tf.ones([drop]), dropped, size)); // (B)
  // Not a product with `kept`: infinity times 0 is NaN.
  const zero = tf.zerosLike(ce); // (B)
  const isKept = tf.greater(kept, 0); // (B)
  const keptLoss = tf.where(isKept, ce, zero); // (B)
  return { ...meanOf(keptLoss, tf.where(isKept, slope, zero), size - drop), sampleLoss, dropped };
}

function meanOf(loss: tf.Tensor, slope: tf.Tensor, kept: number): Pick<LossPass, 'mean' | 'residual'> {
  return { mean: tf.div(tf.sum(loss), kept), residual: tf.div(slope, kept) as tf.Tensor1D };
}
