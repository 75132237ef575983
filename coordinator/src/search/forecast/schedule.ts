/** When a list of trainings ends on a number of slots: each goes, in order, to the slot that is free first. */

/**
 * List scheduling of independent jobs. Another or a longer job never ends the list sooner and another slot never
 * later: by induction no slot is ever free sooner, or later, than without.
 * @param seconds of each job, in the order to run them
 * @param slots at least 1
 * @returns seconds until the last one ends; 0 for none
 */
export function makespan(seconds: readonly number[], slots: number): number {
  if (!Number.isInteger(slots) || slots < 1) throw new RangeError(`slots must be at least 1 (got ${slots})`);
  const free = new Array<number>(Math.min(slots, seconds.length)).fill(0);
  let end = 0;
  for (const job of seconds) {
    const done = (free[0] ?? 0) + job;
    end = Math.max(end, done);
    replaceFirst(free, done);
  }
  return end;
}

/** Puts a value in place of the smallest of a binary heap. */
function replaceFirst(heap: number[], value: number): void {
  let at = 0;
  for (;;) {
    const left = 2 * at + 1;
    const right = left + 1;
    const smaller = (heap[right] ?? Number.POSITIVE_INFINITY) < (heap[left] ?? Number.POSITIVE_INFINITY);
    const child = smaller ? right : left;
    const below = heap[child];
    if (below === undefined || below >= value) break;
    heap[at] = below;
    at = child;
  }
  heap[at] = value;
}
