/** CDAE: encodes a user's history, part of it hidden, and scores items from the code. Wu et al., WSDM 2016. */
import * as tf from '@tensorflow/tfjs-core';
import type { Csr } from '../../data/bundle.js';
import type { Inputs } from '../engine.js';
import { inputsOf } from '../inputs.js';
import { rowsOf, type TfjsModel, table, type Weights } from './model.js';
import { usersWithin } from './ranking.js';
import { idTensor, sumRows } from './rowSum.js';

/** @param corruption the share of a history that is hidden in a step; what is left counts for all of it */
export function cdae({ corruption }: { corruption: number }): TfjsModel {
  return {
    forward(weights, batch, noise) {
      const scale = noise ? 1 / (1 - corruption) : 1;
      const inputs = batch.inputs as Inputs; // of n users, E items in all
      const readers = readersOf(inputs); // (E)
      const places = placesOf(batch.users, inputs.users); // (B)
      const items = idTensor(batch.items); // (B)
      const code = encode(weights, { inputs, readers, scale }); // (n, h)
      const z = tf.gather(code, idTensor(places)); // (B, h)
      const w = rowsOf(weights, 'itemOut', items); // (B, h)
      const bias = tf.gather(weights.itemOutB as tf.Tensor1D, items); // (B)
      const logits = tf.add(tf.sum(tf.mul(z, w), 1), bias) as tf.Tensor1D; // (B)
      return {
        logits,
        backward(residual) {
          const column = tf.expandDims(residual, 1); // (B, 1)
          const byCode = sumRows(tf.mul(column, w), { to: places }, inputs.users.length); // (n, h)
          const bySum = tf.mul(byCode, tf.mul(code, tf.sub(1, code))); // (n, h)
          return {
            itemIn: { values: tf.mul(bySum, scale), pairs: { from: readers, to: inputs.items } }, // (n, h)
            userIn: { values: bySum, pairs: { to: inputs.users } }, // (n, h)
            hiddenB: tf.sum(bySum, 0), // (h)
            itemOut: { values: tf.mul(column, z), pairs: { to: batch.items } }, // (B, h)
            itemOutB: { values: residual, pairs: { to: batch.items } }, // (B)
          };
        },
      };
    },

    prepareRanking(weights, histories: Csr) {
      const items = tf.tidy(() => tf.transpose(table(weights, 'itemOut'))); // (h, I)
      return {
        scores: (ids) => {
          // Nothing is hidden from an evaluation, so nothing is scaled either.
          const inputs = inputsOf(histories, ids);
          const code = encode(weights, { inputs, readers: readersOf(inputs), scale: 1 }); // (n, h)
          return tf.add(tf.matMul(code, items), weights.itemOutB as tf.Tensor1D) as tf.Tensor2D; // (n, I)
        },
        dispose: () => items.dispose(),
      };
    },

    usersPerBlock: (items) => usersWithin(items),
  };
}

type Reading = { inputs: Inputs; readers: Uint32Array; scale: number };

/** σ(scale · Σ_j V_j + P_u + b), (n, h). */
function encode(weights: Weights, { inputs, readers, scale }: Reading): tf.Tensor2D {
  const pairs = { from: inputs.items, to: readers };
  const read = sumRows(table(weights, 'itemIn'), pairs, inputs.users.length); // (n, h)
  const own = tf.add(rowsOf(weights, 'userIn', idTensor(inputs.users)), weights.hiddenB as tf.Tensor1D); // (n, h)
  return tf.sigmoid(tf.add(tf.mul(read, scale), own)) as tf.Tensor2D;
}

/** (E): which of the users reads an entry. */
function readersOf({ rowStarts, items }: Inputs): Uint32Array {
  const readers = new Uint32Array(items.length);
  for (let n = 0; n + 1 < rowStarts.length; n += 1) readers.fill(n, rowStarts[n], rowStarts[n + 1]);
  return readers;
}

/** Where each of `users` stands in `distinct`. */
function placesOf(users: Uint32Array, distinct: Uint32Array): Uint32Array {
  const places = new Map<number, number>();
  for (const [place, user] of distinct.entries()) places.set(user, place);
  return users.map((user) => places.get(user) as number);
}
