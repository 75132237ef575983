/** Rows of (user, item, flag) to CSR and parts of it, by counting sort: linear time, no object a row. */
import type { Csr } from './bundle.js';

export type RawRows = {
  /** (N) */
  users: Uint32Array;
  /** (N) */
  items: Uint32Array;
  /** (N): 1 = true positive; null: unknown. */
  flags: Uint8Array | null;
  /** (N): when each interaction was; null where no one asks. */
  times?: Float64Array | null;
};

/** Interactions by user, and when each was: `times[at]` belongs to `csr.items[at]`. */
export type TimedCsr = { csr: Csr; times: Float64Array | null };

/**
 * Sorts by user, then item. A pair that occurs more than once is kept once; it is a true positive if any of
 * its rows says so and was at the earliest of their times, whatever their order.
 * @returns `duplicates`: rows that were merged into another
 */
export function buildCsr(
  rows: RawRows,
  userCount: number,
  itemCount: number,
): TimedCsr & { duplicates: number } {
  const byItem = countingSort(rows.items, itemCount, null);
  const order = countingSort(rows.users, userCount, byItem);
  const size = order.length;
  const rowStarts = new Uint32Array(userCount + 1);
  const items = new Uint32Array(size);
  const truePositive = rows.flags === null ? null : new Uint8Array(size);
  const given = rows.times ?? null;
  const times = given && new Float64Array(size);
  let kept = 0;
  let lastUser = -1;
  for (const row of order) {
    const user = rows.users[row] as number;
    const item = rows.items[row] as number;
    const flag = rows.flags === null ? 0 : (rows.flags[row] as number);
    if (user === lastUser && items[kept - 1] === item) {
      if (truePositive) truePositive[kept - 1] = (truePositive[kept - 1] as number) | flag;
      if (times && given) times[kept - 1] = Math.min(times[kept - 1] as number, given[row] as number);
      continue;
    }
    lastUser = user;
    items[kept] = item;
    if (truePositive) truePositive[kept] = flag;
    if (times && given) times[kept] = given[row] as number;
    kept++;
    rowStarts[user + 1] = kept;
  }
  fillEmptyRows(rowStarts);
  const csr = { rowStarts, items: items.slice(0, kept), truePositive: truePositive?.slice(0, kept) ?? null };
  return { csr, times: times?.slice(0, kept) ?? null, duplicates: size - kept };
}

/** The interactions for which `keep(at)` is true; `at` indexes `csr.items`. */
export function selectInteractions(csr: Csr, keep: (at: number) => boolean): Csr {
  const users = csr.rowStarts.length - 1;
  const rowStarts = new Uint32Array(users + 1);
  const items = new Uint32Array(csr.items.length);
  const truePositive = csr.truePositive && new Uint8Array(csr.items.length);
  let kept = 0;
  for (let user = 0; user < users; user++) {
    const end = csr.rowStarts[user + 1] as number;
    for (let at = csr.rowStarts[user] as number; at < end; at++) {
      if (!keep(at)) continue;
      items[kept] = csr.items[at] as number;
      if (truePositive && csr.truePositive) truePositive[kept] = csr.truePositive[at] as number;
      kept++;
    }
    rowStarts[user + 1] = kept;
  }
  return { rowStarts, items: items.slice(0, kept), truePositive: truePositive?.slice(0, kept) ?? null };
}

/** Only the true positives; a part without flags stays whole. */
export function selectTruePositives(csr: Csr): Csr {
  const flags = csr.truePositive;
  return flags === null ? csr : selectInteractions(csr, (at) => flags[at] === 1);
}

/** How many (user, item) pairs two parts share. */
export function countShared(a: Csr, b: Csr): number {
  let shared = 0;
  for (let user = 0; user + 1 < a.rowStarts.length; user++) {
    let left = a.rowStarts[user] as number;
    let right = b.rowStarts[user] as number;
    const leftEnd = a.rowStarts[user + 1] as number;
    const rightEnd = b.rowStarts[user + 1] as number;
    while (left < leftEnd && right < rightEnd) {
      const difference = (a.items[left] as number) - (b.items[right] as number);
      if (difference === 0) shared++;
      if (difference <= 0) left++;
      if (difference >= 0) right++;
    }
  }
  return shared;
}

/** Positions in the order of their keys, equal keys as in `before` (null: as they stand). */
function countingSort(keys: Uint32Array, keyCount: number, before: Uint32Array | null): Uint32Array {
  const next = new Uint32Array(keyCount + 1);
  for (const key of keys) next[key + 1] = (next[key + 1] as number) + 1;
  for (let key = 0; key < keyCount; key++) next[key + 1] = (next[key + 1] as number) + (next[key] as number);
  const order = new Uint32Array(keys.length);
  for (let at = 0; at < keys.length; at++) {
    const position = before === null ? at : (before[at] as number);
    const key = keys[position] as number;
    const slot = next[key] as number;
    order[slot] = position;
    next[key] = slot + 1;
  }
  return order;
}

/** A user without interactions begins and ends where the one before ends. */
function fillEmptyRows(rowStarts: Uint32Array): void {
  for (let user = 1; user < rowStarts.length; user++) {
    rowStarts[user] = Math.max(rowStarts[user] as number, rowStarts[user - 1] as number);
  }
}
