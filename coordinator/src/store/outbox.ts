/** Hints that are still to be published, and which trials a hint is due for. */
import type { Database } from '@adt/prisma/client';

export type Hint = { trialId: number; epoch: number; pool: string };
/** `due`: the trial still waits; else it was claimed or cancelled before its hint went out. */
export type OutboxRow = Hint & { id: number; due: boolean };

/** Oldest first. */
export async function unsentHints(db: Database, limit: number): Promise<OutboxRow[]> {
  const { rows } = await db.pool.query<OutboxRow>(
    `SELECT o.id, o.trial_id AS "trialId", o.epoch, o.pool, t.state = 'QUEUED' AND t.epoch = o.epoch AS due
     FROM outbox o JOIN trial t ON t.id = o.trial_id WHERE o.sent_at IS NULL ORDER BY o.id LIMIT $1`,
    [limit],
  );
  return rows;
}

export async function markSent(db: Database, ids: readonly number[]): Promise<void> {
  await db.pool.query('UPDATE outbox SET sent_at = clock_timestamp() WHERE id = ANY($1::int[])', [ids]);
}

/** Every queued trial whose hint has been published: each should have a message in the stream. */
export async function hintedTrials(db: Database): Promise<Hint[]> {
  const { rows } = await db.pool.query<Hint>(
    `SELECT t.id AS "trialId", t.epoch, s.pool FROM trial t JOIN sweep s ON s.id = t.sweep_id
     WHERE t.state = 'QUEUED'
       AND NOT EXISTS (SELECT FROM outbox o WHERE o.trial_id = t.id AND o.epoch = t.epoch AND o.sent_at IS NULL)
     ORDER BY t.id`,
  );
  return rows;
}

/** Which of these trials are not queued: ended, running or unknown. */
export async function notQueued(db: Database, trialIds: readonly number[]): Promise<number[]> {
  const { rows } = await db.pool.query<{ id: number }>(
    `SELECT asked.id FROM unnest($1::int[]) AS asked(id)
     LEFT JOIN trial t ON t.id = asked.id AND t.state = 'QUEUED' WHERE t.id IS NULL`,
    [trialIds],
  );
  return rows.map((row) => row.id);
}

/** Pools that have work or workers: each needs its consumer. */
export async function poolsInUse(db: Database): Promise<string[]> {
  const { rows } = await db.pool.query<{ pool: string }>(
    `SELECT pool FROM worker UNION SELECT pool FROM sweep WHERE finished_at IS NULL ORDER BY pool`,
  );
  return rows.map((row) => row.pool);
}
