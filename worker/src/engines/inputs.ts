/** What CDAE's encoder reads: histories of users, whole or with a part hidden. */
import type { Csr } from '../data/bundle.js';
import type { Inputs } from './engine.js';
import { STREAM, unitDraw } from './rng.js';

export type Corruption = {
  /** The share of entries that is hidden, in [0, 1). */
  share: number;
  seed: number;
  /** Iteration, from 1. */
  step: number;
};

/**
 * Histories of distinct users, in their order. With a corruption, entry at position `pair` of the part is kept iff
 * its draw (index `pair`, block 0, round `step`) is above `share`: the same for every sample of a user in a step.
 */
export function inputsOf(part: Csr, users: Uint32Array, corruption?: Corruption): Inputs {
  const rowStarts = new Uint32Array(users.length + 1);
  const most = users.reduce((sum, user) => sum + rowEnd(part, user) - rowStart(part, user), 0);
  const items = new Uint32Array(most);
  let count = 0;
  for (const [n, user] of users.entries()) {
    for (let pair = rowStart(part, user); pair < rowEnd(part, user); pair += 1) {
      if (corruption && !isKept(corruption, pair)) continue;
      items[count] = part.items[pair] as number;
      count += 1;
    }
    rowStarts[n + 1] = count;
  }
  return { users, rowStarts, items: items.subarray(0, count) };
}

function isKept({ share, seed, step }: Corruption, pair: number): boolean {
  return unitDraw(seed, pair, step, STREAM.corruption) > Math.fround(share);
}

function rowStart({ rowStarts }: Csr, user: number): number {
  return rowStarts[user] as number;
}

function rowEnd({ rowStarts }: Csr, user: number): number {
  return rowStarts[user + 1] as number;
}

/** Users of a batch, each once, ascending. */
export function distinctUsers(users: Uint32Array): Uint32Array {
  return Uint32Array.from(new Set(users)).sort();
}
