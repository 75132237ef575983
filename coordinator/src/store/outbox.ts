/** Hints that are still to be published, and which trials a hint is due for. */
import type { Database } from '@adt/prisma/client';
import type { SweepDemand } from '../scheduler/fairShare.js';
import { type LeaderTerm, leads } from './leader.js';

export type Hint = { trialId: number; epoch: number; pool: string };
export type OutboxRow = Hint & {
  id: number;
  /** Times that it came back from a claim that its sweep's limit refused. */
  returned: number;
};

/** What a sweep that is not finished could publish, and what it has out already. */
export type PoolDemand = SweepDemand & { pool: string };

/** A row is due while its trial waits in that epoch; else it was claimed or cancelled before its hint went out. */
const DUE = `t.state = 'QUEUED' AND t.epoch = o.epoch`;

/** Done with: rows that are not due any more. */
export async function dropStaleHints(db: Database, { holder, term }: LeaderTerm): Promise<void> {
  await db.pool.query(
    `UPDATE outbox o SET sent_at = clock_timestamp() FROM trial t
     WHERE t.id = o.trial_id AND o.sent_at IS NULL AND NOT (${DUE}) AND ${leads(1, 2)}`,
    [holder, term],
  );
}

/** Of every sweep that is not finished; a queued trial without an unsent row has its hint. */
export async function sweepDemands(db: Database): Promise<PoolDemand[]> {
  const { rows } = await db.pool.query<PoolDemand>({
    name: 'sweep-demands',
    text: `
      WITH waiting AS (
        SELECT t.sweep_id, count(*)::int AS n FROM outbox o JOIN trial t ON t.id = o.trial_id
        WHERE o.sent_at IS NULL AND ${DUE} GROUP BY 1
      )
      SELECT s.id, s.pool, s.priority::float8 AS weight, s.max_concurrent AS "maxConcurrent",
             c.running, c.queued - coalesce(w.n, 0) AS hinted, coalesce(w.n, 0) AS waiting
      FROM sweep s LEFT JOIN waiting w ON w.sweep_id = s.id
      CROSS JOIN LATERAL (
        SELECT (count(*) FILTER (WHERE state = 'RUNNING'))::int AS running,
               (count(*) FILTER (WHERE state = 'QUEUED'))::int AS queued
        FROM trial WHERE sweep_id = s.id AND state IN ('RUNNING', 'QUEUED')
      ) c
      WHERE s.finished_at IS NULL ORDER BY s.id`,
  });
  return rows;
}

/** The oldest unsent hints of each sweep, as many as it was granted. */
export async function unsentHints(db: Database, grants: ReadonlyMap<number, number>): Promise<OutboxRow[]> {
  const { rows } = await db.pool.query<OutboxRow>({
    name: 'unsent-hints',
    text: `
      SELECT h.* FROM unnest($1::int[], $2::int[]) AS g(sweep_id, count)
      CROSS JOIN LATERAL (
        SELECT o.id, o.trial_id AS "trialId", o.epoch, o.pool, o.returned FROM outbox o JOIN trial t ON t.id = o.trial_id
        WHERE o.sent_at IS NULL AND t.sweep_id = g.sweep_id AND ${DUE} ORDER BY o.id LIMIT g.count
      ) h ORDER BY h.id`,
    values: [[...grants.keys()], [...grants.values()]],
  });
  return rows;
}

export async function markSent(
  db: Database,
  ids: readonly number[],
  { holder, term }: LeaderTerm,
): Promise<void> {
  await db.pool.query(
    `UPDATE outbox SET sent_at = clock_timestamp() WHERE id = ANY($1::int[]) AND ${leads(2, 3)}`,
    [ids, holder, term],
  );
}

// Row and number may both be there already: a repeat of the claim returns nothing twice.
const RETURN = `
  INSERT INTO outbox (trial_id, epoch, pool, returned)
  SELECT t.id, t.epoch, s.pool, 1 FROM trial t JOIN sweep s ON s.id = t.sweep_id
  WHERE t.id = $1 AND t.state = 'QUEUED' AND s.max_concurrent IS NOT NULL
  ON CONFLICT (trial_id, epoch) DO UPDATE SET sent_at = NULL, returned = outbox.returned + 1
  WHERE outbox.sent_at IS NOT NULL`;

/**
 * Puts a hint back whose claim was refused though its trial waits: the sweep was at its limit. The relay sends it when
 * a trial of the sweep ends. @returns whether there was such a hint
 */
export async function returnHint(db: Database, trialId: number): Promise<boolean> {
  const { rowCount } = await db.pool.query({ name: 'return-hint', text: RETURN, values: [trialId] });
  return rowCount === 1;
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
