/**
 * NMTR on GMF: click = outW · (p_u ∘ q_i) + outB, satisfaction = click + outW2 · (p_u ∘ q_i) + outB2. Gao et al.,
 * "Neural multi-task recommendation from multi-behavior data", ICDE 2019, section III.
 */
import * as tf from '@tensorflow/tfjs-core';
import { rowsOf, type TfjsModel, table, transposedTimes, type Weights } from './model.js';
import { usersWithin } from './ranking.js';
import { idTensor } from './rowSum.js';

/** Two logits a sample: all clicks, then all satisfactions, which rank. */
export const nmtr: TfjsModel = {
  forward(weights, batch) {
    const users = idTensor(batch.users); // (B)
    const items = idTensor(batch.items); // (B)
    const p = rowsOf(weights, 'userGmf', users); // (B, f)
    const q = rowsOf(weights, 'itemGmf', items); // (B, f)
    const { outW, outB, outW2, outB2 } = heads(weights); // (f), (1)
    const product = tf.mul(p, q) as tf.Tensor2D; // (B, f)
    const click = tf.add(tf.dot(product, outW), outB) as tf.Tensor1D; // (B)
    const own = tf.add(tf.dot(product, outW2), outB2); // (B)
    return {
      logits: tf.concat([click, tf.add(click, own) as tf.Tensor1D]), // (2 B)
      backward(residual) {
        const [byClick, byOwn] = tf.split(residual, 2) as [tf.Tensor1D, tf.Tensor1D]; // (B)
        // The first output is part of both logits.
        const byFirst = tf.expandDims(tf.add(byClick, byOwn), 1) as tf.Tensor2D; // (B, 1)
        const bySecond = tf.expandDims(byOwn, 1) as tf.Tensor2D; // (B, 1)
        const byProduct = tf.add(tf.mul(byFirst, outW), tf.mul(bySecond, outW2)); // (B, f)
        return {
          userGmf: { values: tf.mul(byProduct, q), pairs: { to: batch.users } }, // (B, f)
          itemGmf: { values: tf.mul(byProduct, p), pairs: { to: batch.items } }, // (B, f)
          outW: tf.reshape(transposedTimes(product, byFirst), outW.shape), // (f)
          outB: tf.reshape(tf.sum(byFirst), [1]), // (1)
          outW2: tf.reshape(transposedTimes(product, bySecond), outW2.shape), // (f)
          outB2: tf.reshape(tf.sum(bySecond), [1]), // (1)
        };
      },
    };
  },

  prepareRanking(weights) {
    const side = tf.tidy(() => {
      const { outW, outW2 } = heads(weights);
      return { items: tf.transpose(table(weights, 'itemGmf')), out: tf.add(outW, outW2) }; // (f, I), (f)
    });
    return {
      scores: (users) => {
        const p = rowsOf(weights, 'userGmf', idTensor(users)); // (n, f)
        return tf.matMul(tf.mul(p, side.out) as tf.Tensor2D, side.items); // (n, I)
      },
      dispose: () => tf.dispose(side),
    };
  },

  usersPerBlock: (items) => usersWithin(items),
};

/** Of both tasks: weights (f) and biases (1). */
function heads(weights: Weights): Record<'outW' | 'outB' | 'outW2' | 'outB2', tf.Tensor1D> {
  return weights as ReturnType<typeof heads>;
}
