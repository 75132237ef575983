/** What goes: deleted sweeps, their points, and points that a newer attempt has replaced. */
import type { Database } from '@adt/prisma/client';
import { type LeaderTerm, leads } from './leader.js';

export type Removal = {
  sweepId: number;
  name: string;
  trials: number;
  points: number;
  /** Space of the points, estimated. */
  bytes: number;
};

export type Deletion =
  | { kind: 'deleted' | 'would-delete'; removal: Removal }
  | { kind: 'not-found' }
  /** Trials of it are still queued or running, or its search goes on. */
  | { kind: 'open' }
  /** Sweeps that extend it show its curves as theirs. */
  | { kind: 'extended'; by: number[] };

/** Of a point with its place in the primary key: 148 MB for 1.6 million, measured. */
const POINT_BYTES = 92;

const LOCKED = `SELECT name, finished_at IS NULL AS open FROM sweep WHERE id = $1 FOR UPDATE`;

const DESCENDANTS = `SELECT id FROM sweep WHERE $1 = ANY(ancestors) ORDER BY id`;

// What an attempt has acked is what it has stored, so nothing need be counted.
const EXTENT = `
  SELECT count(DISTINCT t.id)::int AS trials, coalesce(sum(a.acked_seq) FILTER (WHERE a.pruned_at IS NULL), 0)::float8 AS points
  FROM trial t LEFT JOIN attempt a ON a.trial_id = t.id WHERE t.sweep_id = $1`;

const DELETE = `
  WITH left_behind AS (
    INSERT INTO point_removal (trial_id) SELECT id FROM trial WHERE sweep_id = $1 AND epoch > 0 ON CONFLICT DO NOTHING
  )
  DELETE FROM sweep WHERE id = $1`;

/**
 * Deletes a sweep that has ended, with its trials, attempts and log; its points follow within moments (`removePoints`).
 * The row is locked first and its descendants are read by the next statement, so a submission that extends the sweep
 * either is seen here or finds the sweep gone.
 * @param params.dryRun only says what would go
 */
export async function deleteSweep(
  db: Database,
  params: { sweepId: number; dryRun: boolean },
): Promise<Deletion> {
  const { sweepId } = params;
  const client = await db.pool.connect();
  try {
    await client.query('BEGIN');
    const sweep = (await client.query<{ name: string; open: boolean }>(LOCKED, [sweepId])).rows[0];
    const deletion = sweep ? await judge() : ({ kind: 'not-found' } as const);
    if (deletion.kind === 'deleted') await client.query(DELETE, [sweepId]);
    await client.query('COMMIT');
    client.release();
    return deletion;

    async function judge(): Promise<Deletion> {
      if (sweep?.open) return { kind: 'open' };
      const by = (await client.query<{ id: number }>(DESCENDANTS, [sweepId])).rows.map(({ id }) => id);
      if (by.length > 0) return { kind: 'extended', by };
      const { rows } = await client.query<{ trials: number; points: number }>(EXTENT, [sweepId]);
      const { trials, points } = rows[0] as { trials: number; points: number };
      const removal = { sweepId, name: sweep?.name ?? '', trials, points, bytes: points * POINT_BYTES };
      return { kind: params.dryRun ? 'would-delete' : 'deleted', removal };
    }
  } catch (error) {
    // Broken off: the connection goes with its transaction.
    client.release(true);
    throw error;
  }
}

const LEADS = leads(1, 2);

/** Makes partitions ahead of the trials to come. @returns how many */
export function extendPartitions(db: Database, leader: LeaderTerm): Promise<number> {
  return countOf(db, leader, `SELECT extend_metric_points() AS count WHERE ${LEADS}`);
}

/** Empties partitions whose trials are all gone, for a fraction of what deleting their points costs. @returns how many */
export function emptyPartitions(db: Database, leader: LeaderTerm): Promise<number> {
  const isAsked = `EXISTS (SELECT FROM point_removal)`;
  return countOf(db, leader, `SELECT empty_metric_points() AS count WHERE ${isAsked} AND ${LEADS}`);
}

async function countOf(db: Database, { holder, term }: LeaderTerm, text: string): Promise<number> {
  const { rows } = await db.pool.query<{ count: number }>(text, [holder, term]);
  return rows[0]?.count ?? 0;
}

// Arrays, not joins: Postgres then looks the trials up in the key of each partition and never reads one whole.
const REMOVE = `
  WITH gone AS MATERIALIZED (
    SELECT trial_id FROM point_removal WHERE ${LEADS} ORDER BY trial_id LIMIT $3 FOR UPDATE SKIP LOCKED
  ), points AS (
    DELETE FROM metric_point WHERE trial_id = ANY(ARRAY(SELECT trial_id FROM gone))
  )
  DELETE FROM point_removal r USING gone WHERE r.trial_id = gone.trial_id`;

/**
 * Takes the points of some deleted trials away.
 * @param params.trials in one statement: few, so that no ingest waits behind it and the log of writes stays short
 * @returns how many trials; fewer than asked for: nothing is left
 */
export async function removePoints(
  db: Database,
  { leader, trials }: { leader: LeaderTerm; trials: number },
): Promise<number> {
  const { rowCount } = await db.pool.query(REMOVE, [leader.holder, leader.term, trials]);
  return rowCount ?? 0;
}

// The cut is that of the canonical curve (curves.ts). An attempt that no newer one follows loses nothing and is marked
// all the same, so that it is not looked at again.
const PRUNE = `
  WITH due AS MATERIALIZED (
    SELECT a.trial_id, a.epoch, (
             SELECT min(n.resume_step) FROM attempt n WHERE n.trial_id = a.trial_id AND n.epoch > a.epoch) AS cut
    FROM attempt a JOIN trial t ON t.id = a.trial_id
    WHERE a.pruned_at IS NULL AND a.outcome IN ('FAILED', 'LOST', 'RELEASED')
      AND t.state NOT IN ('QUEUED', 'RUNNING') AND t.ended_at < clock_timestamp() - $4::float8 * interval '1 ms'
      AND ${LEADS}
    ORDER BY a.trial_id, a.epoch LIMIT $3 FOR UPDATE OF a SKIP LOCKED
  ), points AS (
    DELETE FROM metric_point p USING due
    WHERE p.trial_id = ANY(ARRAY(SELECT trial_id FROM due))
      AND p.trial_id = due.trial_id AND p.epoch = due.epoch AND (due.cut = 0 OR p.step > due.cut)
    RETURNING 1
  ), marked AS (
    UPDATE attempt a SET pruned_at = clock_timestamp() FROM due
    WHERE a.trial_id = due.trial_id AND a.epoch = due.epoch
  )
  SELECT (SELECT count(*)::int FROM due) AS attempts, (SELECT count(*)::int FROM points) AS points`;

/**
 * Takes away what attempts reported beyond the step that a newer one resumed from, of trials that ended long enough ago.
 * @returns how many attempts were looked at (fewer than asked for: none is left), and how many points went
 */
export async function pruneSuperseded(
  db: Database,
  params: { leader: LeaderTerm; attempts: number; graceMs: number },
): Promise<{ attempts: number; points: number }> {
  const { leader, attempts, graceMs } = params;
  const { rows } = await db.pool.query<{ attempts: number; points: number }>(PRUNE, [
    leader.holder,
    leader.term,
    attempts,
    graceMs,
  ]);
  return rows[0] ?? { attempts: 0, points: 0 };
}
