/** Which workers have the memory for a trial that ran out of it: those with more a slot, while there is one. */
import type { Database } from '@adt/prisma/client';

/** A worker that was silent for longer is not waited for: two leases of the default profile. */
const ALIVE = `NOT b.draining AND b.last_seen_at > clock_timestamp() - interval '60 seconds'`;

/**
 * SQL condition: the worker $1 may take the trial. One that reports no more memory a slot than the trial ran out of
 * leaves it to a worker that does; when that one goes, anybody may try.
 * @param trial alias of its row
 */
export function hasMemoryFor(trial: string): string {
  return `(${trial}.oom_memory IS NULL OR NOT EXISTS (
    SELECT FROM worker w JOIN worker b ON b.pool = w.pool
    WHERE w.id = $1 AND coalesce(w.slot_memory, 0) <= ${trial}.oom_memory AND b.slot_memory > ${trial}.oom_memory
      AND ${ALIVE}))`;
}

/** Whether the trial waits, but for a worker with more memory a slot. */
export async function waitsForMore(
  db: Database,
  params: { workerId: string; trialId: number },
): Promise<boolean> {
  const { rowCount } = await db.pool.query({
    name: 'waits-for-more',
    text: `SELECT FROM trial t WHERE t.id = $2 AND t.state = 'QUEUED' AND NOT ${hasMemoryFor('t')}`,
    values: [params.workerId, params.trialId],
  });
  return rowCount === 1;
}

export type SlotMemory = {
  /** Bytes of the slot that the attempt ran in. */
  had: number;
  /** A live worker of its pool reports more. */
  isMoreThere: boolean;
};

/** Of an attempt's worker and its peers; null: it reported none. */
export async function slotMemory(
  db: Database,
  params: { trialId: number; epoch: number },
): Promise<SlotMemory | null> {
  const { rows } = await db.pool.query<SlotMemory>(
    `SELECT w.slot_memory::float8 AS had,
            EXISTS (SELECT FROM worker b WHERE b.pool = w.pool AND b.slot_memory > w.slot_memory AND ${ALIVE})
              AS "isMoreThere"
     FROM attempt a JOIN worker w ON w.id = a.worker_id
     WHERE a.trial_id = $1 AND a.epoch = $2 AND w.slot_memory IS NOT NULL`,
    [params.trialId, params.epoch],
  );
  return rows[0] ?? null;
}
