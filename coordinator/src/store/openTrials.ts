/** What of a sweep is still to be done and what it has taken so far, as its forecast asks. */
import type { Database } from '@adt/prisma/client';
import type { TrainingConfig } from '@adt/proto/trainingConfig';

type Phase = 'SEARCH' | 'CONFIRM';

/** Queued trials that take equally long; `numbers` are theirs in the sweep, ascending. */
export type QueuedGroup = { config: TrainingConfig; phase: Phase; seed: number; numbers: number[] };

/** What tells trainings apart but not how long they take. */
const TIMELESS: readonly (keyof TrainingConfig)[] = [
  'seed',
  'lr',
  'epsMax',
  'epsN',
  'beta',
  'nrFpWeight',
  'nrNegativeWeight',
  'nmtrClickWeight',
  'corruption',
];

// Grouped here: fifty thousand configurations are 20 MB to send, and they differ in few ways that matter.
const QUEUED = `
  SELECT t.config, alike.phase, alike.seed::float8 AS seed, alike.numbers
  FROM (SELECT min(number) AS first, phase, seed, array_agg(number ORDER BY number) AS numbers
        FROM trial WHERE sweep_id = $1 AND state = 'QUEUED' GROUP BY config - $2::text[], phase, seed) alike
  JOIN trial t ON t.sweep_id = $1 AND t.number = alike.first`;

export async function queuedGroups(db: Database, sweepId: number): Promise<QueuedGroup[]> {
  const { rows } = await db.pool.query<QueuedGroup>({
    name: 'queued-groups',
    text: QUEUED,
    values: [sweepId, TIMELESS],
  });
  return rows;
}

export type RunningRow = {
  config: TrainingConfig;
  lastStep: number;
  /** 0 while the worker has not said. */
  totalSteps: number;
  /** Of the open attempt. */
  resumeStep: number;
  elapsedSeconds: number;
};

/** Running trials, in the order of their numbers. */
export async function runningTrials(db: Database, sweepId: number): Promise<RunningRow[]> {
  const { rows } = await db.pool.query<RunningRow>({
    name: 'running-trials',
    text: `SELECT t.config, t.last_step AS "lastStep", t.total_steps AS "totalSteps",
                  a.resume_step AS "resumeStep",
                  greatest(extract(epoch FROM clock_timestamp() - a.started_at), 0)::float8 AS "elapsedSeconds"
           FROM trial t JOIN attempt a ON a.trial_id = t.id AND a.epoch = t.epoch
           WHERE t.sweep_id = $1 AND t.state = 'RUNNING' ORDER BY t.number`,
    values: [sweepId],
  });
  return rows;
}

export type RacedRow = { stratum: number; pruned: boolean; lastStep: number; totalSteps: number };

/** Search trials of a seed that early stopping has stopped or let through. */
export async function racedTrials(db: Database, sweepId: number, seed: number): Promise<RacedRow[]> {
  const { rows } = await db.pool.query<RacedRow>({
    name: 'raced-trials',
    text: `SELECT stratum, state = 'PRUNED' AS pruned, last_step AS "lastStep", total_steps AS "totalSteps"
           FROM trial WHERE sweep_id = $1 AND phase = 'SEARCH' AND seed = $2 AND state IN ('SUCCEEDED', 'PRUNED')`,
    values: [sweepId, seed],
  });
  return rows;
}

/** Where a sweep runs, what bounds it, and the seconds that slots have been busy with it. */
export type SweepBounds = {
  pool: string;
  maxConcurrent: number | null;
  /** Until its limit of time; 0 when it is over, null without one. */
  secondsLeft: number | null;
  usedSlotSeconds: number;
};

/** null for an unknown sweep. */
export async function sweepBounds(db: Database, sweepId: number): Promise<SweepBounds | null> {
  const { rows } = await db.pool.query<SweepBounds>({
    name: 'sweep-bounds',
    text: `SELECT s.pool, s.max_concurrent AS "maxConcurrent",
                  CASE WHEN s.deadline IS NOT NULL
                    THEN greatest(extract(epoch FROM s.deadline - clock_timestamp()), 0)::float8 END AS "secondsLeft",
                  coalesce((SELECT sum(extract(epoch FROM coalesce(a.ended_at, clock_timestamp()) - a.started_at))
                            FROM trial t JOIN attempt a ON a.trial_id = t.id WHERE t.sweep_id = s.id), 0)::float8
                    AS "usedSlotSeconds"
           FROM sweep s WHERE s.id = $1`,
    values: [sweepId],
  });
  return rows[0] ?? null;
}
