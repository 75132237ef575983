/** Which saved trainings a trial may go on from: committed by compare-and-set, forgotten when it has ended. */
import type { Database } from '@adt/prisma/client';
import { CANONICAL, stepRanges } from './curves.js';

export type Checkpoint = {
  /** Attempt that made it. */
  epoch: number;
  /** Iteration that it is of. */
  step: number;
  /** Its last validation: points up to here are stored and not reported again. */
  resumeStep: number;
  sha256: string;
  bytes: number;
};

type Owner = { trialId: number; epoch: number; workerId: string };

export type Committed =
  | { kind: 'committed' }
  /** Points up to the checkpoint are still missing. */
  | { kind: 'gap'; ackedSeq: number }
  | { kind: 'fenced' };

const OWNED = `
  SELECT t.id AS trial_id, a.epoch, a.acked_seq, a.resume_step, t.total_steps, t.config ->> 'select' AS metric,
         t.config ->> 'select' NOT LIKE '%/loss' AS maximize
  FROM trial t JOIN attempt a ON a.trial_id = t.id AND a.epoch = t.epoch
  WHERE t.id = $1 AND t.epoch = $2 AND t.worker_id = $3 AND t.state = 'RUNNING' AND a.ended_at IS NULL
  FOR UPDATE OF t, a`;

// Of those before it one stays: what a worker falls back to when the newest turns out damaged.
const COMMIT = `
  WITH owned AS MATERIALIZED (
    ${OWNED}
  ), ready AS (
    SELECT * FROM owned WHERE acked_seq >= $8::bigint AND resume_step <= $5::int
  ), best AS (
    SELECT p.value, p.step FROM ready
    JOIN (${stepRanges('= $1')}) r ON true
    JOIN metric_point p ON ${CANONICAL}
    JOIN metric m ON m.id = p.metric_id AND m.name = ready.metric
    WHERE p.step <= $5::int AND p.value IS NOT NULL
    ORDER BY CASE WHEN ready.maximize THEN -p.value ELSE p.value END, p.step LIMIT 1
  ), stored AS (
    INSERT INTO checkpoint (trial_id, epoch, step, resume_step, sha256, bytes, best_value, best_step, total_steps)
    SELECT ready.trial_id, ready.epoch, $4, $5, $6, $7, best.value, best.step, ready.total_steps
    FROM ready LEFT JOIN best ON true
    ON CONFLICT (trial_id, epoch, step) DO UPDATE SET sha256 = EXCLUDED.sha256, bytes = EXCLUDED.bytes
  ), superseded AS (
    DELETE FROM checkpoint c USING ready
    WHERE c.trial_id = ready.trial_id AND (c.step, c.epoch) < (
      SELECT o.step, o.epoch FROM checkpoint o
      WHERE o.trial_id = ready.trial_id AND (o.step, o.epoch) < ($4::int, $2::int)
      ORDER BY o.step DESC, o.epoch DESC LIMIT 1)
  )
  SELECT acked_seq::float8 AS "ackedSeq", acked_seq >= $8::bigint AS whole FROM owned`;

/**
 * Makes a checkpoint the one to go on from, if its epoch still owns the trial and the points up to it are stored: so
 * checkpoint and canonical curve agree. A repeat changes nothing.
 */
export async function commitCheckpoint(
  db: Database,
  params: Owner & { checkpoint: Omit<Checkpoint, 'epoch'>; lastSeq: number },
): Promise<Committed> {
  const { step, resumeStep, sha256, bytes } = params.checkpoint;
  const { rows } = await db.pool.query<{ ackedSeq: number; whole: boolean }>({
    name: 'commit-checkpoint',
    text: COMMIT,
    values: [params.trialId, params.epoch, params.workerId, step, resumeStep, sha256, bytes, params.lastSeq],
  });
  const row = rows[0];
  if (!row) return { kind: 'fenced' };
  return row.whole ? { kind: 'committed' } : { kind: 'gap', ackedSeq: row.ackedSeq };
}

// Only before the first point: later the curve would begin where it has points already.
const RESUME = `
  WITH owned AS MATERIALIZED (
    ${OWNED}
  ), chosen AS (
    SELECT c.* FROM owned JOIN checkpoint c ON c.trial_id = owned.trial_id AND c.epoch = $4 AND c.step = $5
  ), begun AS (
    SELECT owned.trial_id, owned.epoch, coalesce(chosen.step, 0) AS step, coalesce(chosen.epoch, 0) AS of_epoch,
           coalesce(chosen.resume_step, 0) AS resume_step, chosen.best_value, chosen.best_step
    FROM owned LEFT JOIN chosen ON true WHERE owned.acked_seq = 0
  ), forgotten AS (
    DELETE FROM checkpoint c USING begun
    WHERE c.trial_id = begun.trial_id AND (c.step, c.epoch) > (begun.step, begun.of_epoch)
  ), resumed AS (
    UPDATE attempt a SET resume_step = begun.resume_step FROM begun
    WHERE a.trial_id = begun.trial_id AND a.epoch = begun.epoch
  ), summarised AS (
    UPDATE trial t SET best_value = begun.best_value, best_step = begun.best_step, last_step = begun.resume_step
    FROM begun WHERE t.id = begun.trial_id
  )
  SELECT begun.resume_step AS "resumeStep" FROM owned LEFT JOIN begun ON true`;

export type Resumed =
  | { kind: 'resumed'; resumeStep: number }
  /** The attempt has reported points already. */
  | { kind: 'late' }
  | { kind: 'fenced' };

/**
 * The attempt goes on from this checkpoint, or from the beginning, and not from what its claim named first: newer
 * checkpoints are forgotten, and older attempts' curves end there.
 * @param from null: the beginning
 */
export async function resumeFrom(
  db: Database,
  params: Owner & { from: Pick<Checkpoint, 'epoch' | 'step'> | null },
): Promise<Resumed> {
  const { rows } = await db.pool.query<{ resumeStep: number | null }>({
    name: 'resume-from',
    text: RESUME,
    values: [params.trialId, params.epoch, params.workerId, params.from?.epoch ?? 0, params.from?.step ?? 0],
  });
  const row = rows[0];
  if (!row) return { kind: 'fenced' };
  return row.resumeStep === null ? { kind: 'late' } : { kind: 'resumed', resumeStep: row.resumeStep };
}

/** Forgets the checkpoints of trials that have ended. */
export async function forgetEnded(db: Database): Promise<void> {
  await db.pool.query(
    `DELETE FROM checkpoint c USING trial t WHERE t.id = c.trial_id AND t.state NOT IN ('QUEUED', 'RUNNING')`,
  );
}

export type CheckpointObject = { trialId: number; epoch: number; step: number };

/**
 * Which of these objects nobody will go on from: not committed, and no longer to be, because their attempt has ended
 * or has committed a newer one.
 */
export async function orphans(
  db: Database,
  objects: readonly CheckpointObject[],
): Promise<CheckpointObject[]> {
  const { rows } = await db.pool.query<CheckpointObject>(
    `SELECT o.trial_id AS "trialId", o.epoch, o.step
     FROM unnest($1::int[], $2::int[], $3::int[]) AS o(trial_id, epoch, step)
     WHERE NOT EXISTS (SELECT FROM checkpoint c
                       WHERE c.trial_id = o.trial_id AND c.epoch = o.epoch AND c.step = o.step)
       AND (NOT EXISTS (SELECT FROM trial t WHERE t.id = o.trial_id AND t.epoch = o.epoch AND t.state = 'RUNNING')
            OR EXISTS (SELECT FROM checkpoint c WHERE c.trial_id = o.trial_id AND c.epoch = o.epoch AND c.step > o.step))`,
    [objects.map((o) => o.trialId), objects.map((o) => o.epoch), objects.map((o) => o.step)],
  );
  return rows;
}
