/**
 * Counter-based random numbers: the n-th draw is a function of the key and n alone, so no draw depends on how many
 * went before, in which order, or on which machine. Philox 4x32-10 of Salmon et al., "Parallel random numbers: as
 * easy as 1, 2, 3" (SC 2011), in 32-bit arithmetic.
 */
import { createHash } from 'node:crypto';

export type Words = readonly [number, number, number, number];
export type Key = readonly [number, number];

const ROUNDS = 10;

/** Ten rounds over a 128-bit counter; every word is in [0, 2³²). */
export function philox(counter: Words, key: Key): Words {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(0xd2511f53, c0);
    const high1 = multiplyHigh(0xcd9e8d57, c2);
    const low0 = Math.imul(0xd2511f53, c0) >>> 0;
    const low1 = Math.imul(0xcd9e8d57, c2) >>> 0;
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1, (high0 ^ c3 ^ k1) >>> 0, low0];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** Upper 32 bits of the 64-bit product, by 16-bit halves: each partial sum stays below 2⁵³. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + Math.floor((aLow * bLow) / 0x10000);
  const carried = (middle % 0x10000) + aLow * bHigh;
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carried / 0x10000)) >>> 0;
}

/** A key for the draws of one purpose: the first 64 bits of SHA-256 over the parts. */
export function keyOf(...parts: readonly (string | number)[]): Key {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest();
  return [digest.readUInt32LE(0), digest.readUInt32LE(4)];
}

/** A uniform double in [0, 1) with all 53 bits. */
export function uniform(counter: Words, key: Key): number {
  const [first, second] = philox(counter, key);
  return ((first >>> 5) * 2 ** 26 + (second >>> 6)) / 2 ** 53;
}
