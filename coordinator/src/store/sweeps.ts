/** Sweeps: lists and summaries, cancelling, finishing. */
import type { Database } from '@adt/prisma/client';
import { type LeaderTerm, leads } from './leader.js';
import { queueHead } from './queue.js';

export type SweepStateName = 'RUNNING' | 'FINISHED' | 'CANCELLED';

export type SweepRow = {
  id: number;
  name: string;
  state: SweepStateName;
  owner: string;
  metric: string;
  maximize: boolean;
  queued: number;
  running: number;
  succeeded: number;
  pruned: number;
  failed: number;
  cancelled: number;
  bestValue: number | null;
  bestTrialId: number | null;
  datasets: string[];
  models: string[];
  losses: string[];
  createdAt: Date;
  finishedAt: Date | null;
  /** Why the search ended before it was done, or does not go on just now. */
  reason: string | null;
  /** None of its trials starts. */
  paused: boolean;
};

// Counts and best come from trial's indexes; two branches for the best, so that either direction can use one. What
// confirms is no candidate: with ten more seeds one of them would often be the best by luck.
const SUMMARY = `
  SELECT s.id, s.name, s.state, s.owner, s.metric, s.maximize, c.*,
         best.value AS "bestValue", best.id AS "bestTrialId", s.datasets, s.models, s.losses,
         s.created_at AS "createdAt", s.finished_at AS "finishedAt",
         coalesce(s.stop_reason, s.search_problem) AS reason, s.paused
  FROM sweep s
  CROSS JOIN LATERAL (
    SELECT (count(*) FILTER (WHERE state = 'QUEUED'))::int AS queued,
           (count(*) FILTER (WHERE state = 'RUNNING'))::int AS running,
           (count(*) FILTER (WHERE state = 'SUCCEEDED'))::int AS succeeded,
           (count(*) FILTER (WHERE state = 'PRUNED'))::int AS pruned,
           (count(*) FILTER (WHERE state = 'FAILED'))::int AS failed,
           (count(*) FILTER (WHERE state = 'CANCELLED'))::int AS cancelled
    FROM trial WHERE sweep_id = s.id
  ) c
  LEFT JOIN LATERAL (
    (SELECT id, best_value AS value FROM trial
     WHERE s.maximize AND sweep_id = s.id AND best_value IS NOT NULL AND state NOT IN ('FAILED', 'CANCELLED')
       AND phase = 'SEARCH'
     ORDER BY best_value DESC, id LIMIT 1)
    UNION ALL
    (SELECT id, best_value FROM trial
     WHERE NOT s.maximize AND sweep_id = s.id AND best_value IS NOT NULL AND state NOT IN ('FAILED', 'CANCELLED')
       AND phase = 'SEARCH'
     ORDER BY best_value, id LIMIT 1)
  ) best ON true`;

/** Newest first, below `beforeId` when given. */
export async function listSweeps(
  db: Database,
  params: { limit: number; beforeId: number | null },
): Promise<SweepRow[]> {
  const { rows } = await db.pool.query<SweepRow>(
    `${SUMMARY} WHERE $2::int IS NULL OR s.id < $2 ORDER BY s.id DESC LIMIT $1`,
    [params.limit, params.beforeId],
  );
  return rows;
}

/** Summaries of these sweeps; unknown ids are left out. */
export async function sweepsById(db: Database, ids: readonly number[]): Promise<SweepRow[]> {
  const { rows } = await db.pool.query<SweepRow>(`${SUMMARY} WHERE s.id = ANY($1::int[]) ORDER BY s.id`, [
    ids,
  ]);
  return rows;
}

/** Which way its metric is good, without counting its trials; null: there is no such sweep. */
export async function sweepGoal(db: Database, id: number): Promise<{ maximize: boolean } | null> {
  const { rows } = await db.pool.query<{ maximize: boolean }>('SELECT maximize FROM sweep WHERE id = $1', [
    id,
  ]);
  return rows[0] ?? null;
}

/** The sweep file as it was submitted. */
export async function sweepSpec(
  db: Database,
  id: number,
): Promise<{ spec: string; specFormat: 'YAML' | 'JSON' } | null> {
  return db.prisma.sweep.findUnique({ where: { id }, select: { spec: true, specFormat: true } });
}

export type Cancelled =
  | { kind: 'cancelled'; trialIds: number[] }
  | { kind: 'not-found' }
  | { kind: 'finished' };

const CANCEL = `
  WITH target AS (
    UPDATE sweep SET state = 'CANCELLED', searching = false WHERE id = $1 AND state <> 'FINISHED' RETURNING id
  )
  SELECT (SELECT state FROM sweep WHERE id = $1) AS before, EXISTS (SELECT FROM target) AS done`;

/**
 * Ends queued trials and asks running ones to stop. A second call finds nothing to do. Two statements: the second one
 * sees the trials that the search added while the first one waited for it; the reconciler repeats it for a process
 * that died in between.
 */
export async function cancelSweep(db: Database, sweepId: number): Promise<Cancelled> {
  const { rows } = await db.pool.query<{ before: string | null; done: boolean }>(CANCEL, [sweepId]);
  const row = rows[0];
  if (!row || row.before === null) return { kind: 'not-found' };
  if (!row.done) return { kind: 'finished' };
  const trialIds = (await stopOpenTrials(db, sweepId)).map(({ id }) => id);
  return { kind: 'cancelled', trialIds: trialIds.sort((a, b) => a - b) };
}

// CASE sees the row as it is once locked: a trial that is claimed meanwhile is asked to stop, not ended.
const STOP_OPEN = `
  WITH open AS MATERIALIZED (
    SELECT t.id FROM trial t JOIN sweep s ON s.id = t.sweep_id
    WHERE ($1::int IS NULL OR s.id = $1) AND s.finished_at IS NULL
      AND (s.state = 'CANCELLED' OR s.stop_reason IS NOT NULL)
      AND t.state IN ('QUEUED', 'RUNNING') AND NOT t.cancel_requested
      AND ($2::text IS NULL OR ${leads(2, 3)})
    ORDER BY t.id FOR UPDATE OF t
  )
  UPDATE trial t
  SET cancel_requested = true,
      state = CASE WHEN t.state = 'QUEUED' THEN 'CANCELLED' ELSE t.state END,
      ended_at = CASE WHEN t.state = 'QUEUED' THEN clock_timestamp() ELSE t.ended_at END
  FROM open WHERE t.id = open.id AND t.state IN ('QUEUED', 'RUNNING')
  RETURNING t.id, t.sweep_id AS "sweepId"`;

/**
 * Ends the queued trials of a sweep that was cancelled or gave up, and asks the running ones to stop.
 * @param sweepId null looks at all, the backstop for a process that died in between
 * @param leader on whose behalf; null: of whoever cancels
 */
export async function stopOpenTrials(
  db: Database,
  sweepId: number | null,
  leader: LeaderTerm | null = null,
): Promise<{ id: number; sweepId: number }[]> {
  const { rows } = await db.pool.query<{ id: number; sweepId: number }>({
    name: 'stop-open-trials',
    text: STOP_OPEN,
    values: [sweepId, leader?.holder ?? null, leader?.term ?? null],
  });
  return rows;
}

/**
 * Marks sweeps finished that have no open trial left and whose search is over. To be called after the transaction that ended a trial:
 * of two trials that end at once, each still sees the other open.
 * @param sweepId null looks at all, the backstop for a process that died in between
 * @param leader on whose behalf; null: of whoever ended a trial
 * @returns ids of the sweeps that ended now
 */
export async function finishSweeps(
  db: Database,
  sweepId: number | null,
  leader: LeaderTerm | null = null,
): Promise<number[]> {
  const { rows } = await db.pool.query<{ id: number }>({
    name: 'finish-sweeps',
    text: `
      UPDATE sweep s
      SET state = CASE WHEN s.state = 'RUNNING' THEN 'FINISHED' ELSE s.state END, finished_at = clock_timestamp()
      WHERE ($1::int IS NULL OR s.id = $1) AND s.finished_at IS NULL AND NOT s.searching
        AND ${queueHead('s.id')} IS NULL
        AND NOT EXISTS (SELECT FROM trial t WHERE t.sweep_id = s.id AND t.state = 'RUNNING')
        AND ($2::text IS NULL OR ${leads(2, 3)})
      RETURNING s.id`,
    values: [sweepId, leader?.holder ?? null, leader?.term ?? null],
  });
  return rows.map((row) => row.id);
}
