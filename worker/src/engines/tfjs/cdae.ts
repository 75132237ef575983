/** CDAE: encodes a user's history, part of it hidden, and scores items from the code. Wu et al., WSDM 2016. */
import * as tf from '@tensorflow/tfjs-core';
import type { Csr } from '../../data/bundle.js';
import type { Inputs } from '../engine.js';
import { inputsOf } from '../inputs.js';
import { idTensor, rowsOf, type TfjsModel, table, type Weights } from './model.js';
import { usersWithin } from './ranking.js';

/** Items that n users' encoder reads: entry e is item items[e] of the segments[e]-th of them. (E) */
type Bags = { items: tf.Tensor1D; segments: tf.Tensor1D } | null;

export const cdae: TfjsModel = {
  forward(weights, batch, scale) {
    const inputs = batch.inputs as Inputs;
    const bags = bagsOf(inputs); // E entries
    const users = idTensor(inputs.users); // (n)
    const place = idTensor(placesOf(batch.users, inputs.users)); // (B)
    const items = idTensor(batch.items); // (B)
    const code = encode(weights, users, bags, scale); // (n, h)
    const z = tf.gather(code, place); // (B, h)
    const w = rowsOf(weights, 'itemOut', items); // (B, h)
    const bias = tf.gather(weights.itemOutB as tf.Tensor1D, items); // (B)
    const logits = tf.add(tf.sum(tf.mul(z, w), 1), bias) as tf.Tensor1D; // (B)
    return {
      logits,
      backward(residual) {
        const column = tf.expandDims(residual, 1); // (B, 1)
        const byCode = tf.unsortedSegmentSum(tf.mul(column, w), place, inputs.users.length); // (n, h)
        const bySum = tf.mul(byCode, tf.mul(code, tf.sub(1, code))); // (n, h)
        return {
          itemIn: bags
            ? { rows: bags.items, values: tf.gather(tf.mul(bySum, scale), bags.segments) } // (E, h)
            : tf.zerosLike(table(weights, 'itemIn')),
          userIn: { rows: users, values: bySum }, // (n, h)
          hiddenB: tf.sum(bySum, 0), // (h)
          itemOut: { rows: items, values: tf.mul(column, z) }, // (B, h)
          itemOutB: { rows: items, values: residual }, // (B)
        };
      },
    };
  },

  prepareRanking(weights, histories: Csr) {
    const items = tf.tidy(() => tf.transpose(table(weights, 'itemOut'))); // (h, I)
    return {
      scores: (ids) => {
        // Nothing is hidden from an evaluation, so nothing is scaled either.
        const code = encode(weights, idTensor(ids), bagsOf(inputsOf(histories, ids)), 1); // (n, h)
        return tf.add(tf.matMul(code, items), weights.itemOutB as tf.Tensor1D) as tf.Tensor2D; // (n, I)
      },
      dispose: () => items.dispose(),
    };
  },

  usersPerBlock: (items) => usersWithin(items),
};

/** σ(scale · Σ_j V_j + P_u + b), (n, h). */
function encode(weights: Weights, users: tf.Tensor1D, bags: Bags, scale: number): tf.Tensor2D {
  const own = tf.add(rowsOf(weights, 'userIn', users), weights.hiddenB as tf.Tensor1D); // (n, h)
  if (bags === null) return tf.sigmoid(own) as tf.Tensor2D;
  const read = rowsOf(weights, 'itemIn', bags.items); // (E, h)
  const sum = tf.unsortedSegmentSum(read, bags.segments, own.shape[0] as number); // (n, h)
  return tf.sigmoid(tf.add(tf.mul(sum, scale), own)) as tf.Tensor2D;
}

/** Null where nobody has any: tensors without elements are not for every kernel. */
function bagsOf({ rowStarts, items }: Inputs): Bags {
  if (items.length === 0) return null;
  const segments = new Uint32Array(items.length);
  for (let n = 0; n + 1 < rowStarts.length; n += 1) segments.fill(n, rowStarts[n], rowStarts[n + 1]);
  return { items: idTensor(items), segments: idTensor(segments) };
}

/** Where each of `users` stands in `distinct`. */
function placesOf(users: Uint32Array, distinct: Uint32Array): Uint32Array {
  const places = new Map<number, number>();
  for (const [place, user] of distinct.entries()) places.set(user, place);
  return users.map((user) => places.get(user) as number);
}
