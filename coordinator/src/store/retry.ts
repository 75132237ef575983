/** Queues a trial once more that has ended without a result, because a person wants it. */
import type { Database } from '@adt/prisma/client';
import type { TrialStateName } from '@adt/proto/trialState';
import type { SweepStateName } from './sweeps.js';

export type Retried =
  | { kind: 'queued'; sweepId: number }
  | { kind: 'not-found' }
  /** It is not one that came to nothing. */
  | { kind: 'state'; state: TrialStateName }
  /** Its sweep was cancelled, or gave up for this reason: the reconciler would stop the trial at once. */
  | { kind: 'stopped'; sweepId: number; reason: string };

// Trial before sweep, as everywhere. All retries are its own again; `told` stays: a search that has heard of the end
// hears no second one, one that has not hears of the next.
const RETRY = `
  WITH target AS MATERIALIZED (
    SELECT id, sweep_id, state FROM trial WHERE id = $1 FOR UPDATE
  ), reopened AS (
    UPDATE sweep s SET state = 'RUNNING', finished_at = NULL FROM target
    WHERE s.id = target.sweep_id AND target.state IN ('FAILED', 'CANCELLED')
      AND s.state <> 'CANCELLED' AND s.stop_reason IS NULL
    RETURNING s.id, s.pool
  ), queued AS (
    UPDATE trial t
    SET state = 'QUEUED', cancel_requested = false, failures = 0, retries = t.retries + 1, failure_class = NULL,
        failure_reason = NULL, lease_expires_at = NULL, queued_at = clock_timestamp(), ended_at = NULL, result = NULL
    FROM target, reopened WHERE t.id = target.id
    RETURNING t.id, t.epoch
  ), hinted AS (
    -- A trial that was cancelled before anybody claimed it has had a hint of this epoch.
    INSERT INTO outbox (trial_id, epoch, pool) SELECT queued.id, queued.epoch, reopened.pool FROM queued, reopened
    ON CONFLICT (trial_id, epoch) DO UPDATE SET sent_at = NULL, returned = outbox.returned + 1
  )
  SELECT target.state, target.sweep_id AS "sweepId", s.state AS "sweepState", s.stop_reason AS "stopReason",
         EXISTS (SELECT FROM queued) AS done
  FROM target JOIN sweep s ON s.id = target.sweep_id`;

type Row = {
  /** As they were before. */
  state: TrialStateName;
  sweepId: number;
  sweepState: SweepStateName;
  stopReason: string | null;
  done: boolean;
};

/** A repeat finds the trial queued, and is refused: it was somebody else's, or the same click's, retry. */
export async function retryTrial(db: Database, trialId: number): Promise<Retried> {
  const { rows } = await db.pool.query<Row>(RETRY, [trialId]);
  const row = rows[0];
  if (!row) return { kind: 'not-found' };
  const { state, sweepId, stopReason } = row;
  if (row.done) return { kind: 'queued', sweepId };
  if (state !== 'FAILED' && state !== 'CANCELLED') return { kind: 'state', state };
  return { kind: 'stopped', sweepId, reason: stopReason ?? 'it was cancelled' };
}
