/** Which samples a batch holds: a pure function of (seed, round, position), as worker/native/src/sampler.h defines. */
import type { Csr } from '../data/bundle.js';
import type { Batch } from './engine.js';
import { Permutation, type Stream, uniformBelow } from './rng.js';

export type SamplerParams = {
  /** Where the positives come from. */
  part: Csr;
  /** What a user's negatives are not in. */
  train: Csr;
  items: number;
  /** Negatives a positive. */
  negatives: number;
  /** Whether a known false positive is labelled as a negative. */
  falseIsNegative: boolean;
  seed: number;
  order: Stream;
  negative: Stream;
};

export class Sampler {
  readonly samplesPerRound: number;
  readonly #userOfPair: Uint32Array;
  /** The last round's permutation: batches of a round come one after the other. */
  #order: { round: number; permutation: Permutation } | undefined;

  constructor(private readonly params: SamplerParams) {
    const { part, negatives } = params;
    this.samplesPerRound = part.items.length * (1 + negatives);
    this.#userOfPair = new Uint32Array(part.items.length);
    for (let user = 0; user + 1 < part.rowStarts.length; user += 1) {
      this.#userOfPair.fill(user, part.rowStarts[user], part.rowStarts[user + 1]);
    }
  }

  /** The samples at positions [from, from + count) of a round: an epoch for training, a step for validation. */
  batch(round: number, from: number, count: number): Batch {
    const { part, negatives, falseIsNegative } = this.params;
    const group = 1 + negatives;
    const order = this.#permutation(round);
    const users = new Uint32Array(count);
    const items = new Uint32Array(count);
    const labels = new Uint8Array(count);
    const flags = part.truePositive;
    const falsePositive = new Uint8Array(count);
    for (let at = 0; at < count; at += 1) {
      const sample = order.at(from + at);
      const pair = Math.floor(sample / group);
      const user = this.#userOfPair[pair] as number;
      const positive = sample % group === 0;
      users[at] = user;
      const isFalse = positive && flags?.[pair] === 0;
      labels[at] = positive && !(isFalse && falseIsNegative) ? 1 : 0;
      falsePositive[at] = isFalse ? 1 : 0;
      items[at] = positive ? (part.items[pair] as number) : this.#negativeItem(user, sample, round);
    }
    return { users, items, labels, ...(flags && { falsePositive }) };
  }

  #permutation(round: number): Permutation {
    if (this.#order?.round !== round) {
      const { seed, order } = this.params;
      this.#order = { round, permutation: new Permutation(this.samplesPerRound, seed, round, order) };
    }
    return this.#order.permutation;
  }

  #negativeItem(user: number, sample: number, round: number): number {
    const { train, items, seed, negative } = this.params;
    const from = train.rowStarts[user] as number;
    const known = (train.rowStarts[user + 1] as number) - from;
    const r = uniformBelow(items - known, seed, sample, round, negative);
    return nthMissing(train.items, from, known, r);
  }
}

/** The r-th item, from 0, that is not among the ascending list[from .. from + length). */
function nthMissing(list: Uint32Array, from: number, length: number, r: number): number {
  // list[c] - c items are missing before list[c], and that never falls with c.
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[from + middle] as number) - middle > r) high = middle;
    else low = middle + 1;
  }
  return r + low;
}
