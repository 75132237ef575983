/** Ends attempts: one compare-and-set moves trial, attempt and outbox together. */
import type { Database } from '@adt/prisma/client';
import type { TrialStateName } from '@adt/proto/trialState';
import type { AttemptOutcome, FailureClass, Verdict } from '../trial/failure.js';
import { type LeaderTerm, leads } from './leader.js';
import { queueHead } from './queue.js';

/** An attempt and its trial as they stand now. */
export type AttemptNow = {
  trialId: number;
  sweepId: number;
  workerId: string;
  /** Outcome of the attempt; null while it is open. */
  outcome: AttemptOutcome | null;
  ackedSeq: number;
  trialState: TrialStateName;
  /** Newest epoch of the trial. */
  trialEpoch: number;
  failures: number;
  maxFailures: number;
  cancelRequested: boolean;
  pruneRequested: boolean;
  oomBefore: boolean;
  /** Metric that ranks the trial. */
  objective: string;
};

const READ = `
  SELECT a.trial_id AS "trialId", t.sweep_id AS "sweepId", a.worker_id AS "workerId", a.outcome,
         a.acked_seq::float8 AS "ackedSeq", t.state AS "trialState", t.epoch AS "trialEpoch", t.failures,
         t.max_failures AS "maxFailures", t.cancel_requested AS "cancelRequested",
         t.prune_reason IS NOT NULL AS "pruneRequested", t.config ->> 'select' AS objective,
         EXISTS (SELECT FROM attempt o WHERE o.trial_id = t.id AND o.failure_class = 'OOM') AS "oomBefore"
  FROM attempt a JOIN trial t ON t.id = a.trial_id
  WHERE a.trial_id = $1 AND a.epoch = $2`;

export async function readAttempt(
  db: Database,
  params: { trialId: number; epoch: number },
): Promise<AttemptNow | null> {
  const values = [params.trialId, params.epoch];
  const { rows } = await db.pool.query<AttemptNow>({ name: 'read-attempt', text: READ, values });
  return rows[0] ?? null;
}

/** What a successful trial leaves in its row. */
export type TrialResult = {
  bestStep: number;
  /** Objective at bestStep; null when the worker did not report that series. */
  bestValue: number | null;
  valid: Record<string, number | null>;
  test: Record<string, number | null>;
  seconds: Record<string, number | null>;
  /** Absent in the rows of versions that did not know any. */
  facts?: Record<string, number | null>;
  engine: string;
  parametersSha256: string;
};

export type CloseParams = {
  trialId: number;
  epoch: number;
  verdict: Verdict;
  /** What the verdict was reached from: the statement does nothing if any of it has changed. */
  seen: {
    workerId: string;
    failures: number;
    cancelRequested: boolean;
    /** A verdict of the search that came meanwhile must not be lost: the trial would be queued again. */
    pruneRequested: boolean;
    ackedSeq: number;
  };
  /** Its best value is the objective's among `valid`. */
  result: Omit<TrialResult, 'bestValue'> | null;
  exitCode: number | null;
  stderrTail: string | null;
  /** Set by the reaper: the lease must have run out, and the caller must still lead. */
  reaper: LeaderTerm | null;
};

/** Of the result in $10, by the name that the trial `t` has for it: jsonb, or NULL. */
const OBJECTIVE = `($10::jsonb -> 'valid' -> (t.config ->> 'select'))`;

const CLOSE = `
  WITH moved AS (
    UPDATE trial t
    SET state = $6::"TrialState", failures = $7, lease_expires_at = NULL,
        failure_class = CASE WHEN $6 = 'FAILED' THEN $8::"FailureClass" END,
        failure_reason = CASE WHEN $6 = 'FAILED' THEN $9 END,
        queued_at = CASE WHEN $6 = 'QUEUED' THEN clock_timestamp() ELSE t.queued_at END,
        ended_at = CASE WHEN $6 <> 'QUEUED' THEN clock_timestamp() END,
       result = $10::jsonb || jsonb_build_object('bestValue', ${OBJECTIVE}),
       oom_memory = CASE WHEN $8 = 'OOM' THEN (SELECT w.slot_memory FROM worker w WHERE w.id = $3) ELSE t.oom_memory END,
        best_step = coalesce(($10::jsonb ->> 'bestStep')::int, t.best_step),
        best_value = coalesce((${OBJECTIVE} #>> '{}')::float8, t.best_value)
    FROM attempt a
    WHERE t.id = $1 AND t.epoch = $2 AND t.worker_id = $3 AND t.state = 'RUNNING'
      AND t.failures = $4 AND t.cancel_requested = $5 AND (t.prune_reason IS NOT NULL) = $17::boolean
      AND a.trial_id = t.id AND a.epoch = t.epoch AND a.ended_at IS NULL AND a.acked_seq = $11::bigint
      AND ($12::text IS NULL OR (t.lease_expires_at < clock_timestamp() AND ${leads(12, 13)}))
    RETURNING t.id, t.epoch, t.sweep_id, t.state, t.told
  ), closed AS (
    UPDATE attempt a
    SET ended_at = clock_timestamp(), outcome = $14::"AttemptOutcome", failure_class = $8::"FailureClass",
        reason = $9, exit_code = $15, stderr_tail = $16, engine = $10::jsonb ->> 'engine'
    FROM moved WHERE a.trial_id = moved.id AND a.epoch = moved.epoch
  ), hinted AS (
    INSERT INTO outbox (trial_id, epoch, pool)
    SELECT moved.id, moved.epoch, s.pool FROM moved JOIN sweep s ON s.id = moved.sweep_id
    WHERE moved.state = 'QUEUED'
  )
  SELECT sweep_id AS "sweepId", told, ${queueHead('moved.sweep_id')} IS NOT NULL AS "moreQueued" FROM moved`;

export type Closed = {
  sweepId: number;
  /** No search wants to hear of this trial. */
  told: boolean;
  /** The sweep had queued trials when this statement began: it is not over. */
  moreQueued: boolean;
};

/** Ends an open attempt as judged. Null: something it was judged by has changed meanwhile, nothing was written. */
export async function closeAttempt(db: Database, params: CloseParams): Promise<Closed | null> {
  const { verdict, seen } = params;
  const { rows } = await db.pool.query<Closed>({
    name: 'close-attempt',
    text: CLOSE,
    values: [
      params.trialId,
      params.epoch,
      seen.workerId,
      seen.failures,
      seen.cancelRequested,
      verdict.state,
      verdict.failures,
      verdict.failureClass satisfies FailureClass | null,
      verdict.reason,
      params.result && JSON.stringify(params.result),
      seen.ackedSeq,
      params.reaper?.holder ?? null,
      params.reaper?.term ?? null,
      verdict.outcome,
      params.exitCode,
      params.stderrTail,
      seen.pruneRequested,
    ],
  });
  return rows[0] ?? null;
}

/** Attempts whose lease has run out, longest first; not those that are written just now, by which they are renewed or end. */
export async function expiredAttempts(
  db: Database,
  limit: number,
): Promise<{ trialId: number; epoch: number }[]> {
  const { rows } = await db.pool.query<{ trialId: number; epoch: number }>(
    `SELECT id AS "trialId", epoch FROM trial
     WHERE state = 'RUNNING' AND lease_expires_at < clock_timestamp() ORDER BY lease_expires_at LIMIT $1
     FOR NO KEY UPDATE SKIP LOCKED`,
    [limit],
  );
  return rows;
}
