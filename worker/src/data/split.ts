/** One set of interactions into train, valid and test, 8:1:1 a user. */
import type { Csr, Part } from './bundle.js';
import { selectInteractions, selectTruePositives } from './csr.js';
import { createRng, type Rng } from './rng.js';

const TRAIN = 0;
const VALID = 1;
const TEST = 2;

/**
 * Gives a tenth of each user's interactions (rounded to the nearest, so users with five or more have some) to
 * test and as many to valid; test then keeps its true positives only. Depends on the pairs and the seed, not on
 * the order of the lines they came from.
 * @returns `droppedFalsePositives`: what test lost
 */
export function splitByUser(csr: Csr, seed: number): Record<Part, Csr> & { droppedFalsePositives: number } {
  const part = new Uint8Array(csr.items.length);
  for (let user = 0; user + 1 < csr.rowStarts.length; user++) {
    const row = part.subarray(csr.rowStarts[user], csr.rowStarts[user + 1]);
    if (row.length > 0) assignParts(row, createRng(seed, user));
  }
  const test = selectInteractions(csr, (at) => part[at] === TEST);
  const cleanTest = selectTruePositives(test);
  return {
    train: selectInteractions(csr, (at) => part[at] === TRAIN),
    valid: selectInteractions(csr, (at) => part[at] === VALID),
    test: cleanTest,
    droppedFalsePositives: test.items.length - cleanTest.items.length,
  };
}

/** Fills `row` with TRAIN but for a tenth of VALID and a tenth of TEST, in an order drawn at random. */
function assignParts(row: Uint8Array, rng: Rng): void {
  const tenth = Math.floor((row.length + 5) / 10);
  row.fill(TEST, 0, tenth).fill(VALID, tenth, 2 * tenth);
  for (let at = row.length - 1; at > 0; at--) {
    const other = rng.below(at + 1);
    const held = row[at] as number;
    row[at] = row[other] as number;
    row[other] = held;
  }
}
