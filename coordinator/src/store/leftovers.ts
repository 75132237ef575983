/** Rows that have done their work: hints that were sent, workers and coordinators that are gone. For the leader. */
import type { Database } from '@adt/prisma/client';
import { type LeaderTerm, leads } from './leader.js';

/** Rows in one statement: some milliseconds, in which relay and claims go on. */
const BATCH = 5_000;

// The oldest by number, which are the oldest but for those that came back: no index on the time is worth its writes.
const SENT_HINTS = `
  DELETE FROM outbox WHERE ${leads(1, 2)} AND id IN (
    SELECT id FROM (
      SELECT id, sent_at FROM outbox WHERE sent_at IS NOT NULL ORDER BY id LIMIT ${BATCH}
    ) oldest WHERE sent_at < clock_timestamp() - $3::float8 * interval '1 ms')`;

// One that has trained stays: forecasts and comparisons ask on how many threads, and there are no more of those than of
// attempts.
const WORKERS = `
  DELETE FROM worker w WHERE ${leads(1, 2)} AND w.last_seen_at < clock_timestamp() - $3::float8 * interval '1 ms'
    AND NOT EXISTS (SELECT FROM attempt a WHERE a.worker_id = w.id)`;

const COORDINATORS = `
  DELETE FROM coordinator WHERE ${leads(1, 2)} AND seen_at < clock_timestamp() - $3::float8 * interval '1 ms'`;

/** Deletes hints that were sent long ago, until none is left or the term is over. @returns rows that went */
export async function dropSentHints(
  db: Database,
  reign: () => LeaderTerm | null,
  olderThanMs: number,
): Promise<number> {
  let dropped = 0;
  for (let batch = BATCH; batch === BATCH; dropped += batch) {
    const term = reign();
    batch = term ? await drop(db, SENT_HINTS, term, olderThanMs) : 0;
  }
  return dropped;
}

/** Forgets who has not been heard of for long. Looks through all attempts: not to be called often. @returns as above */
export async function dropAbsent(
  db: Database,
  term: LeaderTerm,
  olderThan: { workerMs: number; coordinatorMs: number },
): Promise<number> {
  const workers = await drop(db, WORKERS, term, olderThan.workerMs);
  return workers + (await drop(db, COORDINATORS, term, olderThan.coordinatorMs));
}

async function drop(db: Database, text: string, term: LeaderTerm, olderThanMs: number): Promise<number> {
  return (await db.pool.query(text, [term.holder, term.term, olderThanMs])).rowCount ?? 0;
}
