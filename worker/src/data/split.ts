/** One set of interactions into train, valid and test: by chance or by time. */
import type { Csr, Part } from './bundle.js';
import { selectInteractions, selectTruePositives, type TimedCsr } from './csr.js';
import { DataError } from './dataError.js';
import { createRng, type Rng } from './rng.js';

export const SPLITS = ['ratio', 'temporal', 'leave-last-n'] as const;

export type Split =
  /** A tenth of each user's interactions to test and a tenth to valid, drawn at random. */
  | { kind: 'ratio'; seed: number }
  /** The last tenth of all time to test, the tenth before it to valid. */
  | { kind: 'temporal' }
  /** The last n interactions of each user to test, the n before them to valid. */
  | { kind: 'leave-last-n'; n: number };

export type SplitParts = Record<Part, Csr> & {
  /** What test lost. */
  droppedFalsePositives: number;
};

const TRAIN = 0;
const VALID = 1;
const TEST = 2;

/** Whether the split asks when an interaction was. */
export function needsTimes(split: Split): boolean {
  return split.kind !== 'ratio';
}

/** As a bundle's source says it. */
export function describeSplit(split: Split): string {
  switch (split.kind) {
    case 'ratio':
      return `split 8:1:1 a user with seed ${split.seed}`;
    case 'temporal':
      return 'split 8:1:1 by time';
    case 'leave-last-n':
      return `each user's last ${split.n} to test, the ${split.n} before to valid`;
    default:
      return split satisfies never;
  }
}

/**
 * Splits; test then keeps its true positives only. Depends on the interactions alone, not on the order of the lines
 * they came from.
 * @throws DataError BAD_INPUT when the times leave a part empty
 */
export function splitParts({ csr, times }: TimedCsr, split: Split): SplitParts {
  switch (split.kind) {
    case 'ratio':
      return splitByUser(csr, split.seed);
    case 'temporal':
      return takeParts(csr, partsByTime(times as Float64Array));
    case 'leave-last-n':
      return takeParts(csr, partsByLast(csr, times as Float64Array, split.n));
    default:
      return split satisfies never;
  }
}

/**
 * Gives a tenth of each user's interactions (rounded to the nearest, so users with five or more have some) to
 * test and as many to valid.
 */
export function splitByUser(csr: Csr, seed: number): SplitParts {
  const part = new Uint8Array(csr.items.length);
  for (let user = 0; user + 1 < csr.rowStarts.length; user++) {
    const row = part.subarray(csr.rowStarts[user], csr.rowStarts[user + 1]);
    if (row.length > 0) assignParts(row, createRng(seed, user));
  }
  return takeParts(csr, part);
}

function takeParts(csr: Csr, part: Uint8Array): SplitParts {
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

/** Cuts at moments, not at ranks: what happened at the same moment stays in one part. */
function partsByTime(times: Float64Array): Uint8Array {
  const sorted = times.toSorted();
  const cut = (share: number) => sorted[Math.floor(share * sorted.length)] as number;
  const [validFrom, testFrom] = [cut(0.8), cut(0.9)];
  if (sorted[0] === validFrom || validFrom === testFrom) {
    const reason = `more than a tenth of the interactions have the timestamp ${validFrom}`;
    throw new DataError('BAD_INPUT', `--split temporal: ${reason}, so no cut in time leaves three parts`);
  }
  return Uint8Array.from(times, (time) => (time < validFrom ? TRAIN : time < testFrom ? VALID : TEST));
}

/** Of users with at most 2n interactions all stay in train. At the same moment the higher item counts as later. */
function partsByLast(csr: Csr, times: Float64Array, n: number): Uint8Array {
  const part = new Uint8Array(csr.items.length);
  for (let user = 0; user + 1 < csr.rowStarts.length; user++) {
    const start = csr.rowStarts[user] as number;
    const end = csr.rowStarts[user + 1] as number;
    if (end - start <= 2 * n) continue;
    const byTime = Uint32Array.from({ length: end - start }, (_, at) => start + at);
    byTime.sort((a, b) => (times[a] as number) - (times[b] as number) || a - b);
    for (const at of byTime.subarray(-2 * n, -n)) part[at] = VALID;
    for (const at of byTime.subarray(-n)) part[at] = TEST;
  }
  return part;
}
