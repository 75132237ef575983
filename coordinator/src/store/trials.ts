/** Rows of the trials table: one trial, some trials, or a page in one of three orders. No points are read. */
import type { Database } from '@adt/prisma/client';
import { GAP_METRIC } from '@adt/proto/metricGap';
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import type { TrialStateName } from '@adt/proto/trialState';
import type { AttemptOutcome } from '../trial/failure.js';
import type { TrialResult } from './attempts.js';

export type TrialRow = {
  id: number;
  sweepId: number;
  number: number;
  state: TrialStateName;
  config: TrainingConfig;
  bestValue: number | null;
  bestStep: number | null;
  result: TrialResult | null;
  lastStep: number;
  totalSteps: number;
  epoch: number;
  workerId: string | null;
  failureReason: string | null;
  queuedAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
  /** Ordinals from 0. */
  stratum: number;
  configuration: number;
  phase: 'SEARCH' | 'CONFIRM';
  /** Set when the search wanted it stopped early. */
  pruneReason: string | null;
  /** Times that a person queued it again after it had ended. */
  retries: number;
};

const COLUMNS = `
  t.id, t.sweep_id AS "sweepId", t.number, t.state, t.config, t.best_value AS "bestValue",
  t.best_step AS "bestStep", t.result, t.last_step AS "lastStep", t.total_steps AS "totalSteps", t.epoch,
  t.worker_id AS "workerId", t.failure_reason AS "failureReason", t.queued_at AS "queuedAt",
  t.started_at AS "startedAt", t.ended_at AS "endedAt", t.stratum, t.configuration, t.phase,
  t.prune_reason AS "pruneReason", t.retries`;

/** These trials in id order; unknown ids are left out. */
export async function trialsById(db: Database, ids: readonly number[]): Promise<TrialRow[]> {
  const { rows } = await db.pool.query<TrialRow>(
    `SELECT ${COLUMNS} FROM trial t WHERE t.id = ANY($1::int[]) ORDER BY t.id`,
    [ids],
  );
  return rows;
}

export const TRIAL_ORDERS = ['best', 'number', 'state'] as const;
export type TrialOrder = (typeof TRIAL_ORDERS)[number];

/** Sort key before the trial's number; ascending. Trials without a value come last. */
const SORT_KEY: Record<TrialOrder, string> = {
  best: `coalesce(CASE WHEN s.maximize THEN -t.best_value ELSE t.best_value END, 'Infinity'::float8)`,
  number: '0::float8',
  state: `array_position(ARRAY['RUNNING', 'QUEUED', 'SUCCEEDED', 'PRUNED', 'FAILED', 'CANCELLED'], t.state::text)::float8`,
};

/** Where a page ends: sort key (null stands for infinity) and number of its last row. */
export type TrialCursor = { key: number | null; number: number };

/** One page; the next begins after `next`, null at the end. */
export async function listTrials(
  db: Database,
  params: { sweepId: number; order: TrialOrder; limit: number; after: TrialCursor | null },
): Promise<{ trials: TrialRow[]; next: TrialCursor | null }> {
  const key = SORT_KEY[params.order];
  const { rows } = await db.pool.query<TrialRow & { sortKey: number }>(
    `SELECT ${COLUMNS}, ${key} AS "sortKey" FROM trial t JOIN sweep s ON s.id = t.sweep_id
     WHERE t.sweep_id = $1 AND ($3::int IS NULL OR (${key}, t.number) > ($4::float8, $3::int))
     ORDER BY "sortKey", t.number LIMIT $2`,
    [
      params.sweepId,
      params.limit + 1,
      params.after?.number ?? null,
      params.after ? (params.after.key ?? Number.POSITIVE_INFINITY) : null,
    ],
  );
  const page = rows.slice(0, params.limit);
  const last = rows.length > params.limit ? page.at(-1) : undefined;
  const next = last
    ? { key: Number.isFinite(last.sortKey) ? last.sortKey : null, number: last.number }
    : null;
  return { trials: page.map(({ sortKey: _, ...trial }) => trial), next };
}

export type AttemptRow = {
  epoch: number;
  workerId: string;
  startedAt: Date;
  endedAt: Date | null;
  outcome: AttemptOutcome | null;
  reason: string | null;
  exitCode: number | null;
  stderrTail: string | null;
  ackedSeq: number;
  engine: string | null;
  /** Iteration it went on from. */
  resumeStep: number;
  /** Points left out because the worker's spool was full. */
  pointsDropped: number;
};

/** A trial's attempts, oldest first. */
export async function listAttempts(db: Database, trialId: number): Promise<AttemptRow[]> {
  const attempts = await db.prisma.attempt.findMany({ where: { trialId }, orderBy: { epoch: 'asc' } });
  const dropped = await pointsDropped(db, trialId);
  return attempts.map((attempt) => ({
    ...attempt,
    ackedSeq: Number(attempt.ackedSeq),
    pointsDropped: dropped.get(attempt.epoch) ?? 0,
  }));
}

/** Of each attempt that has gaps. */
async function pointsDropped(db: Database, trialId: number): Promise<Map<number, number>> {
  const { rows } = await db.pool.query<{ epoch: number; points: number }>(
    `SELECT p.epoch, sum(p.value) AS points FROM metric m JOIN metric_point p ON p.metric_id = m.id
     WHERE m.name = $2 AND p.trial_id = $1 GROUP BY p.epoch`,
    [trialId, GAP_METRIC],
  );
  return new Map(rows.map(({ epoch, points }) => [epoch, points]));
}
