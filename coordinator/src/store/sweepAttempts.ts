/** The attempts at a sweep's trials, as a timeline shows them. */
import type { Database } from '@adt/prisma/client';
import type { AttemptOutcome } from '../trial/failure.js';

export type SweepAttemptRow = {
  trialId: number;
  /** Of the trial in the sweep. */
  number: number;
  loss: string;
  epoch: number;
  workerId: string;
  startedAt: Date;
  /** null while it is open. */
  endedAt: Date | null;
  outcome: AttemptOutcome | null;
};

// Through the trials of the sweep to their attempts, both by index.
const NEWEST = `
  SELECT a.trial_id AS "trialId", t.number, t.config ->> 'loss' AS loss, a.epoch, a.worker_id AS "workerId",
         a.started_at AS "startedAt", a.ended_at AS "endedAt", a.outcome
  FROM trial t JOIN attempt a ON a.trial_id = t.id
  WHERE t.sweep_id = $1
  ORDER BY a.started_at DESC, a.trial_id DESC, a.epoch DESC LIMIT $2`;

/** Newest first. */
export async function sweepAttempts(
  db: Database,
  params: { sweepId: number; limit: number },
): Promise<SweepAttemptRow[]> {
  const { rows } = await db.pool.query<SweepAttemptRow>({
    name: 'sweep-attempts',
    text: NEWEST,
    values: [params.sweepId, params.limit],
  });
  return rows;
}
