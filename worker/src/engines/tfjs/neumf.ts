/** NeuMF: GMF beside a tower of ReLU layers on embeddings of its own. He et al., WWW 2017, eq. 12. */
import * as tf from '@tensorflow/tfjs-core';
import { philox, STREAM, unitFloat } from '../rng.js';
import {
  type Gradients,
  type Noise,
  rowsOf,
  type TfjsModel,
  table,
  timesTransposed,
  transposedTimes,
  type Weights,
} from './model.js';
import { usersWithin } from './ranking.js';
import { idTensor } from './rowSum.js';

type Layer = { weight: tf.Tensor2D; bias: tf.Tensor1D };

/** @param mlpLayers of the tower; each halves what it reads, of which a step drops the share `dropout` */
export function neumf({ mlpLayers: layers, dropout }: { mlpLayers: number; dropout: number }): TfjsModel {
  const layerOf = (weights: Weights, at: number): Layer => ({
    weight: table(weights, `mlpW${at}`), // (out, in)
    bias: weights[`mlpB${at}`] as tf.Tensor1D, // (out)
  });

  return {
    forward(weights, batch, noise) {
      const users = idTensor(batch.users); // (B)
      const items = idTensor(batch.items); // (B)
      const p = rowsOf(weights, 'userGmf', users); // (B, f)
      const q = rowsOf(weights, 'itemGmf', items); // (B, f)
      const product = tf.mul(p, q) as tf.Tensor2D; // (B, f)
      const towerUser = rowsOf(weights, 'userMlp', users); // (B, w)
      // inputs[l] is what layer l reads after the dropout masks[l], outputs[l] what it puts out.
      const inputs: tf.Tensor2D[] = [];
      const outputs: tf.Tensor2D[] = [];
      const masks: (tf.Tensor2D | null)[] = [];
      let activation: tf.Tensor2D = tf.concat([towerUser, rowsOf(weights, 'itemMlp', items)], 1); // (B, 2w)
      for (let at = 0; at < layers; at += 1) {
        const mask =
          noise && dropout > 0 ? dropoutMask(activation.shape, dropout, { ...noise, layer: at }) : null;
        const input = mask ? (tf.mul(activation, mask) as tf.Tensor2D) : activation; // (B, in)
        activation = layerForward(input, layerOf(weights, at)); // (B, out)
        inputs.push(input);
        outputs.push(activation);
        masks.push(mask);
      }
      const outW = weights.outW as tf.Tensor1D; // (2f)
      const features = tf.concat([product, activation], 1); // (B, 2f)
      const logits = tf.add(tf.dot(features, outW), weights.outB as tf.Tensor1D) as tf.Tensor1D; // (B)

      return {
        logits,
        backward(residual) {
          const column = tf.expandDims(residual, 1) as tf.Tensor2D; // (B, 1)
          const byFeatures = tf.mul(column, outW) as tf.Tensor2D; // (B, 2f)
          const [byProduct, byTower] = tf.split(byFeatures, 2, 1) as [tf.Tensor2D, tf.Tensor2D]; // (B, f)
          const gradients: Gradients = {
            userGmf: { values: tf.mul(byProduct, q), pairs: { to: batch.users } }, // (B, f)
            itemGmf: { values: tf.mul(byProduct, p), pairs: { to: batch.items } }, // (B, f)
            outW: tf.reshape(transposedTimes(features, column), outW.shape), // (2f)
            outB: tf.reshape(tf.sum(residual), [1]), // (1)
          };
          let byOutput: tf.Tensor = byTower;
          for (let at = layers - 1; at >= 0; at -= 1) {
            const bySum = tf.mul(byOutput, tf.step(outputs[at] as tf.Tensor2D)) as tf.Tensor2D; // (B, out)
            gradients[`mlpW${at}`] = transposedTimes(bySum, inputs[at] as tf.Tensor2D); // (out, in)
            gradients[`mlpB${at}`] = tf.sum(bySum, 0); // (out)
            const byInput = tf.matMul(bySum, layerOf(weights, at).weight); // (B, in)
            const mask = masks[at];
            byOutput = mask ? tf.mul(byInput, mask) : byInput; // (B, in)
          }
          const [byUser, byItem] = tf.split(byOutput, 2, 1) as [tf.Tensor2D, tf.Tensor2D]; // (B, w)
          gradients.userMlp = { values: byUser, pairs: { to: batch.users } };
          gradients.itemMlp = { values: byItem, pairs: { to: batch.items } };
          return gradients;
        },
      };
    },

    /** The first layer is a user's part plus an item's part; each is computed once, not once a pair. */
    prepareRanking(weights) {
      const first = layerOf(weights, 0);
      const width = table(weights, 'itemMlp').shape[1];
      const side = tf.tidy(() => {
        const [ofUser, ofItem] = tf.split(first.weight, 2, 1) as [tf.Tensor2D, tf.Tensor2D]; // (w, w)
        const [outGmf, outTower] = tf.split(weights.outW as tf.Tensor1D, 2) as [tf.Tensor1D, tf.Tensor1D]; // (f)
        const item = tf.add(timesTransposed(table(weights, 'itemMlp'), ofItem), first.bias); // (I, w)
        return {
          ofUser: tf.transpose(ofUser), // (w, w)
          item,
          itemGmf: tf.transpose(table(weights, 'itemGmf')), // (f, I)
          outGmf: tf.clone(outGmf),
          outTower: tf.clone(outTower),
        };
      });
      return {
        scores: (ids) => {
          const users = idTensor(ids); // (n)
          const p = tf.mul(rowsOf(weights, 'userGmf', users), side.outGmf) as tf.Tensor2D; // (n, f)
          const user = tf.matMul(rowsOf(weights, 'userMlp', users), side.ofUser); // (n, w)
          const pairs = tf.add(tf.expandDims(user, 1), tf.expandDims(side.item, 0)); // (n, I, w)
          let activation = tf.relu(tf.reshape(pairs, [-1, width])) as tf.Tensor2D; // (n I, w)
          for (let at = 1; at < layers; at += 1) activation = layerForward(activation, layerOf(weights, at));
          const tower = tf.reshape(tf.dot(activation, side.outTower), [ids.length, -1]); // (n, I)
          return tf.add(tf.matMul(p, side.itemGmf), tower) as tf.Tensor2D; // (n, I)
        },
        dispose: () => tf.dispose(side),
      };
    },

    // A pair takes some embeddings' worth of memory here, not one number.
    usersPerBlock: (items) => usersWithin(items * FLOATS_A_PAIR),
  };
}

const FLOATS_A_PAIR = 256;

/**
 * (B, in): 0 for what is dropped, 1 / (1 - share) for what is kept. The value in column c of sample n is kept iff
 * word c % 4 of draw (index n, block layer · 2²⁴ + ⌊c / 4⌋, round step) is above `share`.
 */
function dropoutMask(
  [samples, columns]: [number, number],
  share: number,
  { seed, step, layer }: Noise & { layer: number },
): tf.Tensor2D {
  const threshold = Math.fround(share);
  const kept = 1 / (1 - threshold);
  const mask = new Float32Array(samples * columns);
  const draw = new Uint32Array(4);
  for (let n = 0; n < samples; n += 1) {
    for (let c = 0; c < columns; c += 1) {
      if (c % 4 === 0) philox(seed, n, layer * 2 ** 24 + c / 4, step, STREAM.dropout, draw);
      mask[n * columns + c] = unitFloat(draw[c % 4] as number) > threshold ? kept : 0;
    }
  }
  return tf.tensor2d(mask, [samples, columns]);
}

function layerForward(input: tf.Tensor2D, { weight, bias }: Layer): tf.Tensor2D {
  return tf.relu(tf.add(timesTransposed(input, weight), bias)) as tf.Tensor2D; // (n, out)
}
