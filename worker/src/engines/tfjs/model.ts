/** What a model is on the device: its forward pass, the gradient written out, and the scores that rank. */
import * as tf from '@tensorflow/tfjs-core';
import type { Csr } from '../../data/bundle.js';
import type { Batch } from '../engine.js';
import type { RowPairs } from './rowSum.js';

/** Parameters on the device by name; tables are (rows, columns), the rest as the fixtures' `shapes`. */
export type Weights = Readonly<Record<string, tf.Tensor>>;

/** A table's gradient by the rows that a batch reads: row pairs.from of `values` adds to row pairs.to of the table. */
export type RowGradient = { values: tf.Tensor; pairs: RowPairs };

/** By parameter name: dense of the parameter's shape, or by rows for tables. Every parameter has one. */
export type Gradients = Record<string, tf.Tensor | RowGradient>;

export type Pass = {
  /** (T B): of T tasks one after the other, the last one ranks; only NMTR has two */
  logits: tf.Tensor1D;
  /** @param residual (T B): derivative of the loss by each logit */
  backward(residual: tf.Tensor1D): Gradients;
};

/** Names the draws that hide a part of what a model reads in one step. */
export type Noise = { seed: number; step: number };

/** All but `prepareRanking`'s result live in the caller's tidy. */
export interface TfjsModel {
  /** @param noise null: nothing is hidden, as in an evaluation */
  forward(weights: Weights, batch: Batch, noise: Noise | null): Pass;
  /**
   * What the scores of all users share, computed once an evaluation.
   * @param inputs whole histories, where the model reads them
   */
  prepareRanking(weights: Weights, inputs: Csr): RankingSide;
  /** Users whose scores are computed at once, so that working memory stays within bounds. */
  usersPerBlock(items: number): number;
}

export type RankingSide = {
  /** (users, items): what orders a user's items, his logits but for a constant. */
  scores(users: Uint32Array): tf.Tensor2D;
  dispose(): void;
};

export function table(weights: Weights, name: string): tf.Tensor2D {
  return weights[name] as tf.Tensor2D;
}

/** Rows of a table, (n, columns). */
export function rowsOf(weights: Weights, name: string, ids: tf.Tensor1D): tf.Tensor2D {
  return tf.gather(table(weights, name), ids);
}

/**
 * a (n, k) times the transpose of b (m, k): (n, m). The transpose is made, because wasm's product is fast only
 * without its flags (11 ms instead of 87 for 64 users, 20,000 items, 32 factors).
 */
export function timesTransposed(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return tf.matMul(a, tf.transpose(b));
}

/** The transpose of a (n, k) times b (n, m): (k, m). */
export function transposedTimes(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return tf.matMul(tf.transpose(a), b);
}
