/** Takes away what nobody will read again, a little at a time, and makes room for the points to come. For the leader. */
import type { Database } from '@adt/prisma/client';
import type { LeaderTerm } from '../store/leader.js';
import { emptyPartitions, extendPartitions, pruneSuperseded, removePoints } from '../store/retention.js';

/** A statement each: at 10,000 points a trial some tenths of a second, in which ingest goes on. */
const TRIALS_AT_ONCE = 16;
const ATTEMPTS_AT_ONCE = 32;

export type Cleaned = {
  partitions: number;
  emptied: number;
  trials: number;
  attempts: number;
  points: number;
};

export class Janitor {
  constructor(private readonly params: { db: Database; graceMs: number }) {}

  /**
   * Until nothing is left or the term is over.
   * @param leader asked before each statement; null: no longer leading
   */
  async run(leader: () => LeaderTerm | null): Promise<Cleaned> {
    const { db, graceMs } = this.params;
    const cleaned: Cleaned = { partitions: 0, emptied: 0, trials: 0, attempts: 0, points: 0 };
    const term = leader();
    if (!term) return cleaned;
    cleaned.partitions = await extendPartitions(db, term);
    cleaned.emptied = await emptyPartitions(db, term);
    await untilShort(leader, TRIALS_AT_ONCE, async (now) => {
      const trials = await removePoints(db, { leader: now, trials: TRIALS_AT_ONCE });
      cleaned.trials += trials;
      return trials;
    });
    await untilShort(leader, ATTEMPTS_AT_ONCE, async (now) => {
      const pruned = await pruneSuperseded(db, { leader: now, attempts: ATTEMPTS_AT_ONCE, graceMs });
      cleaned.attempts += pruned.attempts;
      cleaned.points += pruned.points;
      return pruned.attempts;
    });
    return cleaned;
  }
}

/** Repeats a batch until one comes back short. */
async function untilShort(
  leader: () => LeaderTerm | null,
  size: number,
  batch: (term: LeaderTerm) => Promise<number>,
): Promise<void> {
  for (let done = size; done === size; ) {
    const term = leader();
    if (!term) return;
    done = await batch(term);
  }
}
