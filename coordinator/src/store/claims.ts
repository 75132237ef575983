/** Who works on which trial: claims by compare-and-set, and the leases that keep them. */
import type { Database } from '@adt/prisma/client';
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import type { Checkpoint } from './checkpoints.js';
import { hasMemoryFor } from './slotMemory.js';

export type ClaimedTrial = {
  trialId: number;
  epoch: number;
  sweepId: number;
  config: TrainingConfig;
  /** What it may go on from, newest first; its resume step is the first one's. */
  checkpoints: Checkpoint[];
};
export type Claim =
  | { kind: 'claimed'; trial: ClaimedTrial }
  /** Not queued any more, or nothing queued: an everyday answer. */
  | { kind: 'none' }
  /** The worker must register (again): the coordinator does not know it. */
  | { kind: 'unknown-worker' };

type ClaimRow = {
  known: boolean;
  /** Another claim of a sweep with a limit came first: to be asked again. */
  raced: boolean;
  trialId: number | null;
  epoch: number;
  sweepId: number;
  config: TrainingConfig;
  checkpoints: Checkpoint[];
};

/** Claims in a row that may come first; each of them took a trial. */
const ROUNDS = 16;

/**
 * `chosen` names the trial to take, locked, with its sweep's limit and claims; or no row. Taking it voids what older
 * attempts said of best and last step, beyond the checkpoint that the new attempt goes on from. A checkpoint that
 * reaches further than a later attempt began is none: the points up to it do not count any more.
 *
 * A limit holds because the statement that counted what runs also counts itself in `sweep.claims`: one that counted
 * before another claim committed finds the number changed, and takes nothing. Sweeps without a limit are not touched.
 * Locks are taken trial first, then sweep, as by the search log.
 */
function claimStatement(chosen: string): string {
  return `
    WITH known AS (
      SELECT id FROM worker WHERE id = $1
    ), chosen AS MATERIALIZED (
      ${chosen}
    ), saved AS (
      SELECT c.* FROM chosen JOIN checkpoint c ON c.trial_id = chosen.id
      WHERE NOT EXISTS (SELECT FROM attempt a
                        WHERE a.trial_id = c.trial_id AND a.epoch > c.epoch AND a.resume_step < c.resume_step)
    ), newest AS (
      SELECT * FROM saved ORDER BY step DESC, epoch DESC LIMIT 1
    ), counted AS (
      UPDATE sweep s SET claims = s.claims + 1 FROM chosen, known
      WHERE s.id = chosen.sweep_id AND chosen.limited AND s.claims = chosen.claims
      RETURNING s.id
    ), taken AS (
      UPDATE trial t
      SET state = 'RUNNING', epoch = t.epoch + 1, worker_id = $1,
          lease_expires_at = clock_timestamp() + $2::float8 * interval '1 ms',
          started_at = clock_timestamp(), ended_at = NULL, result = NULL,
          best_value = newest.best_value, best_step = newest.best_step,
          last_step = coalesce(newest.resume_step, 0), total_steps = coalesce(newest.total_steps, 0)
      FROM known CROSS JOIN chosen LEFT JOIN newest ON true
      WHERE t.id = chosen.id AND t.state = 'QUEUED' AND NOT t.cancel_requested
        AND (NOT chosen.limited OR EXISTS (SELECT FROM counted))
      RETURNING t.id, t.epoch, t.sweep_id, t.config
    ), opened AS (
      INSERT INTO attempt (trial_id, epoch, worker_id, started_at, resume_step)
      SELECT id, epoch, $1, clock_timestamp(), coalesce((SELECT resume_step FROM newest), 0) FROM taken
    )
    SELECT EXISTS (SELECT FROM known) AS known,
           EXISTS (SELECT FROM chosen WHERE limited) AND NOT EXISTS (SELECT FROM counted) AS raced,
           taken.id AS "trialId", taken.epoch, taken.sweep_id AS "sweepId", taken.config,
           (SELECT coalesce(json_agg(json_build_object('epoch', saved.epoch, 'step', saved.step, 'resumeStep',
              saved.resume_step, 'sha256', saved.sha256, 'bytes', saved.bytes) ORDER BY saved.step DESC, saved.epoch DESC), '[]') FROM saved) AS checkpoints
    FROM (VALUES (1)) AS one LEFT JOIN taken ON true`;
}

const LIMIT = `s.id AS sweep_id, s.max_concurrent IS NOT NULL AS limited, s.claims`;
const RUNNING = `(SELECT count(*) FROM trial r WHERE r.sweep_id = s.id AND r.state = 'RUNNING')`;

// At its limit a sweep's hint was published too early, say because ClaimNext took another trial meanwhile: it goes
// back to the outbox.
const CLAIM = claimStatement(`
  SELECT t.id, ${LIMIT} FROM trial t JOIN sweep s ON s.id = t.sweep_id
  WHERE t.id = $3 AND t.state = 'QUEUED' AND NOT s.paused AND (s.max_concurrent IS NULL OR ${RUNNING} < s.max_concurrent)
    AND ${hasMemoryFor('t')}
  FOR UPDATE OF t`);

// The sweep that has least for its weight goes first. SKIP LOCKED: idle workers that ask at once get different trials
// instead of queueing for one.
const CLAIM_NEXT = claimStatement(`
  SELECT t.id, s.sweep_id, s.limited, s.claims FROM (
    SELECT ${LIMIT} FROM sweep s
    CROSS JOIN LATERAL (SELECT ${RUNNING} AS n) running
    WHERE s.pool = $3 AND s.finished_at IS NULL AND NOT s.paused AND (s.max_concurrent IS NULL OR running.n < s.max_concurrent)
    ORDER BY running.n::float8 / s.priority, s.id
  ) s
  CROSS JOIN LATERAL (
    SELECT id FROM trial WHERE sweep_id = s.sweep_id AND state = 'QUEUED' AND NOT cancel_requested
      AND ${hasMemoryFor('trial')}
    ORDER BY queued_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
  ) t LIMIT 1`);

/** Takes one trial, if it is still queued and its sweep may have one more running. */
export function claimTrial(
  db: Database,
  params: { workerId: string; trialId: number; leaseTtlMs: number },
): Promise<Claim> {
  return claim(db, 'claim', CLAIM, [params.workerId, params.leaseTtlMs, params.trialId]);
}

/** Takes the oldest queued trial of the pool's sweep that has least for its weight. */
export function claimNext(
  db: Database,
  params: { workerId: string; pool: string; leaseTtlMs: number },
): Promise<Claim> {
  return claim(db, 'claim-next', CLAIM_NEXT, [params.workerId, params.leaseTtlMs, params.pool]);
}

async function claim(db: Database, name: string, text: string, values: (string | number)[]): Promise<Claim> {
  for (let round = 0; round < ROUNDS; round++) {
    const row = (await db.pool.query<ClaimRow>({ name, text, values })).rows[0];
    if (!row?.known || !row.raced) return claimOf(row);
  }
  return { kind: 'none' };
}

function claimOf(row: ClaimRow | undefined): Claim {
  if (!row?.known) return { kind: 'unknown-worker' };
  if (row.trialId === null) return { kind: 'none' };
  const { trialId, epoch, sweepId, config, checkpoints } = row;
  return { kind: 'claimed', trial: { trialId, epoch, sweepId, config, checkpoints } };
}

export type Lease = { trialId: number; epoch: number };
/** FENCED: another attempt owns the trial, or it has ended. */
export type LeaseDecision = Lease & { decision: 'CONTINUE' | 'CANCEL' | 'PRUNE' | 'FENCED' };

// Rows are locked in id order, as everywhere, so that two multi-row statements can't deadlock. Those that are locked by
// somebody else are left alone: their own ingest, which extends the lease itself, may wait for longer than a lease, and
// the others' must not run out meanwhile. What the worker is to do is read without the lock; who loses his trial at this
// moment hears of it with the next heartbeat. No key changes: a checkpoint that is written does not get in the way.
const RENEW = `
  WITH seen AS (
    UPDATE worker SET last_seen_at = clock_timestamp(), draining = $2 OR drain_requested, load = $6 WHERE id = $1
    RETURNING id, drain_requested
  ), asked AS (
    SELECT trial_id, epoch, place FROM unnest($4::int[], $5::int[]) WITH ORDINALITY AS a(trial_id, epoch, place)
  ), owned AS MATERIALIZED (
    SELECT t.id, t.epoch, t.cancel_requested, t.prune_reason
    FROM trial t JOIN asked ON asked.trial_id = t.id AND asked.epoch = t.epoch
    WHERE t.worker_id = $1 AND t.state = 'RUNNING'
  ), free AS MATERIALIZED (
    SELECT t.id, t.epoch FROM trial t JOIN owned ON owned.id = t.id
    WHERE t.epoch = owned.epoch AND t.worker_id = $1 AND t.state = 'RUNNING'
    ORDER BY t.id FOR NO KEY UPDATE OF t SKIP LOCKED
  ), renewed AS (
    UPDATE trial t SET lease_expires_at = clock_timestamp() + $3::float8 * interval '1 ms'
    FROM free WHERE t.id = free.id AND t.epoch = free.epoch
  )
  SELECT EXISTS (SELECT FROM seen) AS known, coalesce((SELECT drain_requested FROM seen), false) AS drain,
         coalesce(json_agg(json_build_object(
           'trialId', asked.trial_id, 'epoch', asked.epoch,
           'decision', CASE WHEN owned.id IS NULL THEN 'FENCED'
                            WHEN owned.cancel_requested THEN 'CANCEL'
                            WHEN owned.prune_reason IS NOT NULL THEN 'PRUNE' ELSE 'CONTINUE' END
         ) ORDER BY asked.place) FILTER (WHERE asked.trial_id IS NOT NULL), '[]') AS decisions
  FROM (VALUES (1)) AS one
  LEFT JOIN asked ON true
  LEFT JOIN owned ON owned.id = asked.trial_id AND owned.epoch = asked.epoch`;

/** How busy a worker's machine is, whoever keeps it busy. */
export type MachineLoad = { memoryUsedBytes: number; memoryTotalBytes: number; cpuLoad: number };

/** Renews a worker's leases and says of each what the worker is to do, and whether it is to take more. */
export async function renewLeases(
  db: Database,
  params: {
    workerId: string;
    leases: readonly Lease[];
    draining: boolean;
    leaseTtlMs: number;
    load?: MachineLoad | null;
  },
): Promise<{ kind: 'renewed'; decisions: LeaseDecision[]; drain: boolean } | { kind: 'unknown-worker' }> {
  const { rows } = await db.pool.query<{ known: boolean; drain: boolean; decisions: LeaseDecision[] }>({
    name: 'renew',
    text: RENEW,
    values: [
      params.workerId,
      params.draining,
      params.leaseTtlMs,
      params.leases.map((lease) => lease.trialId),
      params.leases.map((lease) => lease.epoch),
      params.load ? JSON.stringify(params.load) : null,
    ],
  });
  const row = rows[0];
  return row?.known
    ? { kind: 'renewed', decisions: row.decisions, drain: row.drain }
    : { kind: 'unknown-worker' };
}

/**
 * Keeps the lease of an attempt whose statement has failed: while that held the row, heartbeats left it alone. Does
 * nothing for one that is not the worker's any more.
 */
export async function keepLease(
  db: Database,
  params: { workerId: string; trialId: number; epoch: number; leaseTtlMs: number },
): Promise<void> {
  await db.pool.query({
    name: 'keep-lease',
    text: `UPDATE trial SET lease_expires_at = clock_timestamp() + $4::float8 * interval '1 ms'
           WHERE id = $1 AND epoch = $2 AND worker_id = $3 AND state = 'RUNNING'`,
    values: [params.trialId, params.epoch, params.workerId, params.leaseTtlMs],
  });
}
