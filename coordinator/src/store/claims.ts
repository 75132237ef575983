/** Who works on which trial: claims by compare-and-set, and the leases that keep them. */
import type { Database } from '@adt/prisma/client';
import type { TrainingConfig } from '@adt/proto/trainingConfig';

export type ClaimedTrial = { trialId: number; epoch: number; sweepId: number; config: TrainingConfig };
export type Claim =
  | { kind: 'claimed'; trial: ClaimedTrial }
  /** Not queued any more, or nothing queued: an everyday answer. */
  | { kind: 'none' }
  /** The worker must register (again): the coordinator does not know it. */
  | { kind: 'unknown-worker' };

type ClaimRow = {
  known: boolean;
  trialId: number | null;
  epoch: number;
  sweepId: number;
  config: TrainingConfig;
};

/** `chosen` names the trial to take, or no row. Taking it voids what older attempts said of best and last step. */
function claimStatement(chosen: string): string {
  return `
    WITH known AS (
      SELECT id FROM worker WHERE id = $1
    ), chosen AS (
      ${chosen}
    ), taken AS (
      UPDATE trial t
      SET state = 'RUNNING', epoch = t.epoch + 1, worker_id = $1,
          lease_expires_at = clock_timestamp() + $2::float8 * interval '1 ms',
          started_at = clock_timestamp(), ended_at = NULL, result = NULL,
          best_value = NULL, best_step = NULL, last_step = 0, total_steps = 0
      FROM chosen, known
      WHERE t.id = chosen.id AND t.state = 'QUEUED' AND NOT t.cancel_requested
      RETURNING t.id, t.epoch, t.sweep_id, t.config
    ), opened AS (
      INSERT INTO attempt (trial_id, epoch, worker_id, started_at)
      SELECT id, epoch, $1, clock_timestamp() FROM taken
    )
    SELECT EXISTS (SELECT FROM known) AS known, taken.id AS "trialId", taken.epoch,
           taken.sweep_id AS "sweepId", taken.config
    FROM (VALUES (1)) AS one LEFT JOIN taken ON true`;
}

const CLAIM = claimStatement('SELECT $3::int AS id');

// The sweep that has least for its weight goes first. SKIP LOCKED: idle workers that ask at once get different trials
// instead of queueing for one. Two that ask at once may exceed max_concurrent by one: each counts before the other.
const CLAIM_NEXT = claimStatement(`
  SELECT t.id FROM (
    SELECT s.id FROM sweep s
    CROSS JOIN LATERAL (
      SELECT count(*) AS n FROM trial r WHERE r.sweep_id = s.id AND r.state = 'RUNNING'
    ) running
    WHERE s.pool = $3 AND s.finished_at IS NULL AND (s.max_concurrent IS NULL OR running.n < s.max_concurrent)
    ORDER BY running.n::float8 / s.priority, s.id
  ) s
  CROSS JOIN LATERAL (
    SELECT id FROM trial WHERE sweep_id = s.id AND state = 'QUEUED' AND NOT cancel_requested
    ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
  ) t LIMIT 1`);

/** Takes one trial, if it is still queued. */
export async function claimTrial(
  db: Database,
  params: { workerId: string; trialId: number; leaseTtlMs: number },
): Promise<Claim> {
  const values = [params.workerId, params.leaseTtlMs, params.trialId];
  return claimOf((await db.pool.query<ClaimRow>({ name: 'claim', text: CLAIM, values })).rows[0]);
}

/** Takes the oldest queued trial of the pool's sweep that has least for its weight. */
export async function claimNext(
  db: Database,
  params: { workerId: string; pool: string; leaseTtlMs: number },
): Promise<Claim> {
  const values = [params.workerId, params.leaseTtlMs, params.pool];
  return claimOf((await db.pool.query<ClaimRow>({ name: 'claim-next', text: CLAIM_NEXT, values })).rows[0]);
}

function claimOf(row: ClaimRow | undefined): Claim {
  if (!row?.known) return { kind: 'unknown-worker' };
  if (row.trialId === null) return { kind: 'none' };
  const { trialId, epoch, sweepId, config } = row;
  return { kind: 'claimed', trial: { trialId, epoch, sweepId, config } };
}

export type Lease = { trialId: number; epoch: number };
/** FENCED: another attempt owns the trial, or it has ended. */
export type LeaseDecision = Lease & { decision: 'CONTINUE' | 'CANCEL' | 'PRUNE' | 'FENCED' };

// Rows are locked in id order, as everywhere, so that two multi-row statements can't deadlock.
const RENEW = `
  WITH seen AS (
    UPDATE worker SET last_seen_at = clock_timestamp(), draining = $2 WHERE id = $1 RETURNING id
  ), asked AS (
    SELECT trial_id, epoch, place FROM unnest($4::int[], $5::int[]) WITH ORDINALITY AS a(trial_id, epoch, place)
  ), owned AS MATERIALIZED (
    SELECT t.id, t.epoch FROM trial t JOIN asked ON asked.trial_id = t.id AND asked.epoch = t.epoch
    WHERE t.worker_id = $1 AND t.state = 'RUNNING'
    ORDER BY t.id FOR UPDATE OF t
  ), renewed AS (
    UPDATE trial t SET lease_expires_at = clock_timestamp() + $3::float8 * interval '1 ms'
    FROM owned WHERE t.id = owned.id AND t.epoch = owned.epoch
    RETURNING t.id, t.epoch, t.cancel_requested, t.prune_reason
  )
  SELECT EXISTS (SELECT FROM seen) AS known,
         coalesce(json_agg(json_build_object(
           'trialId', asked.trial_id, 'epoch', asked.epoch,
           'decision', CASE WHEN renewed.id IS NULL THEN 'FENCED'
                            WHEN renewed.cancel_requested THEN 'CANCEL'
                            WHEN renewed.prune_reason IS NOT NULL THEN 'PRUNE' ELSE 'CONTINUE' END
         ) ORDER BY asked.place) FILTER (WHERE asked.trial_id IS NOT NULL), '[]') AS decisions
  FROM (VALUES (1)) AS one
  LEFT JOIN asked ON true
  LEFT JOIN renewed ON renewed.id = asked.trial_id AND renewed.epoch = asked.epoch`;

/** Renews a worker's leases and says of each what the worker is to do. */
export async function renewLeases(
  db: Database,
  params: { workerId: string; leases: readonly Lease[]; draining: boolean; leaseTtlMs: number },
): Promise<{ kind: 'renewed'; decisions: LeaseDecision[] } | { kind: 'unknown-worker' }> {
  const { rows } = await db.pool.query<{ known: boolean; decisions: LeaseDecision[] }>({
    name: 'renew',
    text: RENEW,
    values: [
      params.workerId,
      params.draining,
      params.leaseTtlMs,
      params.leases.map((lease) => lease.trialId),
      params.leases.map((lease) => lease.epoch),
    ],
  });
  const row = rows[0];
  return row?.known ? { kind: 'renewed', decisions: row.decisions } : { kind: 'unknown-worker' };
}
