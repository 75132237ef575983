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
export type PoolDemand = SweepDemand & {
  pool: string;
  /** Of the pool's workers that are alive and take work. */
  slots: number;
  /** Of the hints that were asked about: those whose trial still waits. */
  hintedIds: number[];
};

/** Done with: rows whose trial does not wait in that epoch any more, claimed or cancelled before its hint went out. */
export async function dropStaleHints(db: Database, { holder, term }: LeaderTerm): Promise<void> {
  await db.pool.query({
    name: 'drop-stale-hints',
    text: `UPDATE outbox o SET sent_at = clock_timestamp() FROM trial t
           WHERE t.id = o.trial_id AND o.sent_at IS NULL AND NOT (t.state = 'QUEUED' AND t.epoch = o.epoch)
             AND ${leads(1, 2)}`,
    values: [holder, term],
  });
}

/**
 * Of every sweep that is not finished. `waiting` is counted up to a window of the pool, which is all that is published at
 * once: counting a hundred thousand took longer than publishing.
 * @param hinted published and perhaps not claimed yet: epoch by trial
 * @param window hints of a pool: so many a slot, and at least so many
 */
export async function sweepDemands(
  db: Database,
  hinted: ReadonlyMap<number, number>,
  window: { perSlot: number; least: number },
  leaseTtlMs: number,
): Promise<PoolDemand[]> {
  const { rows } = await db.pool.query<PoolDemand>({
    name: 'sweep-demands',
    text: `
      WITH live AS (
        SELECT pool, sum(slots)::int AS slots FROM worker
        WHERE NOT draining AND last_seen_at > clock_timestamp() - $5::float8 * interval '1 ms' GROUP BY pool
      ), hinted AS (
        SELECT t.sweep_id, array_agg(t.id) AS ids FROM unnest($1::int[], $2::int[]) AS h(id, epoch)
        JOIN trial t ON t.id = h.id AND t.epoch = h.epoch AND t.state = 'QUEUED'
        -- One that was returned is not out any more.
        WHERE NOT EXISTS (SELECT FROM outbox o WHERE o.trial_id = h.id AND o.epoch = h.epoch AND o.sent_at IS NULL)
        GROUP BY 1
      )
      SELECT s.id, s.pool, s.priority::float8 AS weight, s.max_concurrent AS "maxConcurrent",
             coalesce(l.slots, 0) AS slots,
             (SELECT count(*) FROM trial r WHERE r.sweep_id = s.id AND r.state = 'RUNNING')::int AS running,
             coalesce(h.ids, '{}') AS "hintedIds", cardinality(coalesce(h.ids, '{}')) AS hinted, w.waiting
      FROM sweep s LEFT JOIN live l ON l.pool = s.pool LEFT JOIN hinted h ON h.sweep_id = s.id
      CROSS JOIN LATERAL (
        SELECT count(*)::int AS waiting FROM (
          SELECT FROM trial t JOIN outbox o ON o.trial_id = t.id AND o.epoch = t.epoch
          WHERE t.sweep_id = s.id AND t.state = 'QUEUED' AND o.sent_at IS NULL AND NOT s.paused
          ORDER BY t.queued_at, t.id LIMIT greatest($4::int, $3::int * coalesce(l.slots, 0))
        ) due
      ) w
      WHERE s.finished_at IS NULL ORDER BY s.id`,
    values: [[...hinted.keys()], [...hinted.values()], window.perSlot, window.least, leaseTtlMs],
  });
  return rows;
}

/**
 * The unsent hints of what has waited longest in each sweep, as many as it was granted. Found from the queue and not from the
 * outbox, where the rows of another sweep may lie before them by the ten thousand.
 */
export async function unsentHints(db: Database, grants: ReadonlyMap<number, number>): Promise<OutboxRow[]> {
  const { rows } = await db.pool.query<OutboxRow>({
    name: 'unsent-hints',
    text: `
      SELECT h.* FROM unnest($1::int[], $2::int[]) AS g(sweep_id, count)
      CROSS JOIN LATERAL (
        SELECT o.id, o.trial_id AS "trialId", o.epoch, o.pool, o.returned
        FROM trial t JOIN outbox o ON o.trial_id = t.id AND o.epoch = t.epoch
        WHERE t.sweep_id = g.sweep_id AND t.state = 'QUEUED' AND o.sent_at IS NULL
        ORDER BY t.queued_at, t.id LIMIT g.count
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
  await db.pool.query({
    name: 'mark-sent',
    text: `UPDATE outbox SET sent_at = clock_timestamp() WHERE id = ANY($1::int[]) AND ${leads(2, 3)}`,
    values: [ids, holder, term],
  });
}

// Row and number may both be there already: a repeat of the claim returns nothing twice.
const RETURN = `
  INSERT INTO outbox (trial_id, epoch, pool, returned)
  SELECT t.id, t.epoch, s.pool, 1 FROM trial t JOIN sweep s ON s.id = t.sweep_id
  WHERE t.id = $1 AND t.state = 'QUEUED' AND (s.max_concurrent IS NOT NULL OR s.paused)
  ON CONFLICT (trial_id, epoch) DO UPDATE SET sent_at = NULL, returned = outbox.returned + 1
  WHERE outbox.sent_at IS NOT NULL`;

/**
 * Puts a hint back whose claim was refused though its trial waits: the sweep was at its limit, or paused. The relay sends
 * it when a trial of the sweep ends, or the sweep is resumed. @returns whether there was such a hint
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
