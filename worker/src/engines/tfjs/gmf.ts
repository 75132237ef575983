/** GMF: logit = outW · (p_u ∘ q_i) + outB. He et al., "Neural collaborative filtering", WWW 2017, eq. 9. */
import * as tf from '@tensorflow/tfjs-core';
import { rowsOf, type TfjsModel, table, transposedTimes } from './model.js';
import { usersWithin } from './ranking.js';
import { idTensor } from './rowSum.js';

export const gmf: TfjsModel = {
  forward(weights, batch) {
    const users = idTensor(batch.users); // (B)
    const items = idTensor(batch.items); // (B)
    const p = rowsOf(weights, 'userGmf', users); // (B, f)
    const q = rowsOf(weights, 'itemGmf', items); // (B, f)
    const outW = weights.outW as tf.Tensor1D; // (f)
    const product = tf.mul(p, q) as tf.Tensor2D; // (B, f)
    const logits = tf.add(tf.dot(product, outW), weights.outB as tf.Tensor1D) as tf.Tensor1D; // (B)
    return {
      logits,
      backward(residual) {
        const column = tf.expandDims(residual, 1) as tf.Tensor2D; // (B, 1)
        const byProduct = tf.mul(column, outW); // (B, f)
        return {
          userGmf: { values: tf.mul(byProduct, q), pairs: { to: batch.users } }, // (B, f)
          itemGmf: { values: tf.mul(byProduct, p), pairs: { to: batch.items } }, // (B, f)
          outW: tf.reshape(transposedTimes(product, column), outW.shape), // (f)
          outB: tf.reshape(tf.sum(residual), [1]), // (1)
        };
      },
    };
  },

  prepareRanking(weights) {
    const items = tf.tidy(() => tf.transpose(table(weights, 'itemGmf'))); // (f, I)
    return {
      scores: (users) => {
        const p = rowsOf(weights, 'userGmf', idTensor(users)); // (n, f)
        return tf.matMul(tf.mul(p, weights.outW as tf.Tensor1D) as tf.Tensor2D, items); // (n, I)
      },
      dispose: () => items.dispose(),
    };
  },

  usersPerBlock: (items) => usersWithin(items),
};
