/** Who likes what in generated data: tastes and qualities, popularity with a long tail, and what is liked or not. */
import type { Rng } from './rng.js';

/** Dimensions of taste. */
export const DIMENSIONS = 6;
/** The r-th most attractive item has attraction 1 / (r + FLATNESS): popularity with a long tail. */
const FLATNESS = 25;
/** A liked item has at least this preference, an item disliked at most the second; preferences have variance 1. */
const LIKED = 0.6;
export const DISLIKED = -0.2;

/** (count x DIMENSIONS), row-major, each of variance 1: a sum of four uniforms is near enough to a bell. */
export function drawVectors(count: number, rng: Rng): Float64Array {
  const scale = Math.sqrt(3);
  return Float64Array.from({ length: count * DIMENSIONS }, () => {
    return scale * (rng.uniform() + rng.uniform() + rng.uniform() + rng.uniform() - 2);
  });
}

/**
 * Scales each vector to the length that vectors have on average. Who has a short one likes hardly anything, and to
 * find it for him took a third of the time.
 */
export function evenLengths(vectors: Float64Array): Float64Array {
  for (let start = 0; start < vectors.length; start += DIMENSIONS) {
    const vector = vectors.subarray(start, start + DIMENSIONS);
    const square = vector.reduce((sum, value) => sum + value * value, 0);
    const scale = Math.sqrt(DIMENSIONS / square);
    vector.forEach((value, d) => {
      vector[d] = value * scale;
    });
  }
  return vectors;
}

/** (items): weights 1 / (rank + FLATNESS) in a random order. */
export function drawAttraction(items: number, rng: Rng): Float64Array {
  const weights = Float64Array.from({ length: items }, (_, rank) => 1 / (rank + 1 + FLATNESS));
  for (let at = items - 1; at > 0; at--) {
    const other = rng.below(at + 1);
    const held = weights[at] as number;
    weights[at] = weights[other] as number;
    weights[other] = held;
  }
  return weights;
}

/** How much a user likes an item, given both tables of vectors; variance 1. */
export function preferenceOf(
  tastes: Float64Array,
  user: number,
  qualities: Float64Array,
  item: number,
): number {
  let sum = 0;
  for (let d = 0; d < DIMENSIONS; d++) {
    sum += (tastes[user * DIMENSIONS + d] as number) * (qualities[item * DIMENSIONS + d] as number);
  }
  return PREFERENCE_SCALE * sum;
}

const PREFERENCE_SCALE = 1 / Math.sqrt(DIMENSIONS);

/** Grows with the square of how far the preference is above the bar; never so small that it is not drawn. */
export function likedWeight(preference: number): number {
  const above = preference - LIKED;
  return above > 0 ? 0.1 + above * above : 0;
}

/** `count` different indices, drawn by weight, a repeat drawn again; fewer when fewer have a weight. */
export function drawDistinct(weights: Float64Array, count: number, rng: Rng): Set<number> {
  const cumulated = new Float64Array(weights.length);
  let total = 0;
  let possible = 0;
  for (let index = 0; index < weights.length; index++) {
    const weight = weights[index] as number;
    total += weight;
    if (weight > 0) possible++;
    cumulated[index] = total;
  }
  const drawn = new Set<number>();
  while (drawn.size < Math.min(count, possible)) drawn.add(firstAbove(cumulated, rng.uniform() * total));
  return drawn;
}

/** Index of the first of the ascending values that is above `target`: never one whose weight is 0. */
function firstAbove(ascending: Float64Array, target: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) > target) high = middle;
    else low = middle + 1;
  }
  return low;
}
