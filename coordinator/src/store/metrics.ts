/** Takes metric points in: gapless per attempt, exactly once, with the objective's summary kept in the trial's row. */
import type { Database } from '@adt/prisma/client';

export type Point = {
  step: number;
  metric: string /** null where it was not finite. */;
  value: number | null;
};

export type Ingested =
  | {
      kind: 'stored';
      ackedSeq: number;
      sweepId: number;
      /** In the sweep, from 1. */
      number: number;
      /** The sweep's search goes on and may want the trial stopped. */
      searching: boolean;
      cancelRequested: boolean;
      pruneRequested: boolean;
      fresh: number;
      objective: string;
    }
  /** The batch starts beyond what is stored: nothing of it was taken. */
  | { kind: 'gap'; ackedSeq: number }
  /** Another attempt owns the trial, or it has ended. */
  | { kind: 'fenced' };

/**
 * A lease that has less than this share of its time left is extended with the points, for heartbeats leave the row alone
 * while it is written. Not each time: the lease is in an index, and a row that changes there costs an entry in every one.
 */
const LEASE_SHARE = 2 / 3;

// FOR UPDATE on both rows: a repeat that arrives while the first try commits must see its acked_seq.
const FENCE = `
    SELECT t.id AS trial_id, a.epoch, a.acked_seq, t.sweep_id, t.number, t.cancel_requested,
           (SELECT s.searching FROM sweep s WHERE s.id = t.sweep_id) AS searching,
           t.prune_reason IS NOT NULL AS prune_requested,
           t.config ->> 'select' AS metric, t.config ->> 'select' NOT LIKE '%/loss' AS maximize
    FROM trial t
    JOIN attempt a ON a.trial_id = t.id AND a.epoch = t.epoch
    WHERE t.id = $1 AND t.epoch = $2 AND t.worker_id = $3 AND t.state = 'RUNNING' AND a.ended_at IS NULL`;

const INGEST = `
  WITH fence AS MATERIALIZED (
    ${FENCE}
    FOR UPDATE OF t, a
  ), fresh AS MATERIALIZED (
    SELECT f.trial_id, f.epoch, $4::bigint + p.place - 1 AS seq, p.step, p.metric, p.value,
           p.metric = f.metric AND p.value IS NOT NULL AS objective
    FROM fence f, unnest($5::int[], $6::text[], $7::float8[]) WITH ORDINALITY AS p(step, metric, value, place)
    WHERE $4::bigint <= f.acked_seq + 1 AND $4::bigint + p.place - 1 > f.acked_seq
  ), stored AS (
    INSERT INTO metric_point (trial_id, epoch, seq, step, metric_id, value)
    SELECT fresh.trial_id, fresh.epoch, fresh.seq, fresh.step, m.id, fresh.value
    FROM fresh LEFT JOIN metric m ON m.name = fresh.metric
  ), newest AS (
    SELECT max(seq) AS seq, max(step) AS step FROM fresh
  ), best AS (
    SELECT fresh.value, fresh.step FROM fresh, fence f WHERE fresh.objective
    ORDER BY CASE WHEN f.maximize THEN -fresh.value ELSE fresh.value END, fresh.step LIMIT 1
  ), acked AS (
    UPDATE attempt a SET acked_seq = newest.seq FROM fence f, newest
    WHERE a.trial_id = f.trial_id AND a.epoch = f.epoch AND newest.seq IS NOT NULL
  ), summarised AS (
    UPDATE trial t
    SET last_step = greatest(t.last_step, newest.step),
        total_steps = CASE WHEN $8::int > 0 THEN $8::int ELSE t.total_steps END,
        best_value = CASE WHEN f.maximize THEN greatest(t.best_value, best.value)
                          ELSE least(t.best_value, best.value) END,
        best_step = CASE WHEN best.value IS NOT NULL AND (t.best_value IS NULL
                           OR CASE WHEN f.maximize THEN best.value > t.best_value ELSE best.value < t.best_value END)
                         THEN best.step ELSE t.best_step END,
        lease_expires_at = CASE WHEN t.lease_expires_at > clock_timestamp() + ${LEASE_SHARE} * $9::float8 * interval '1 ms'
                                THEN t.lease_expires_at ELSE clock_timestamp() + $9::float8 * interval '1 ms' END
    FROM fence f CROSS JOIN newest LEFT JOIN best ON true
    WHERE t.id = f.trial_id AND newest.seq IS NOT NULL
  )
  SELECT f.acked_seq::float8 AS before, newest.seq::float8 AS after, f.sweep_id AS "sweepId", f.metric AS objective,
         f.number, f.searching, f.cancel_requested AS "cancelRequested", f.prune_requested AS "pruneRequested", $4::bigint > f.acked_seq + 1 AS gap
  FROM fence f, newest`;

type IngestRow = {
  before: number;
  after: number | null;
  sweepId: number;
  number: number;
  searching: boolean;
  objective: string;
  cancelRequested: boolean;
  pruneRequested: boolean;
  gap: boolean;
};

/**
 * Stores the points `firstSeq, firstSeq + 1, …` of an attempt in one statement; those already stored are skipped,
 * so a repeat does nothing. New ones extend the lease. The caller may ack when this returns: it has committed.
 */
export async function ingest(
  db: Database,
  batch: {
    trialId: number;
    epoch: number;
    workerId: string;
    firstSeq: number;
    points: readonly Point[];
    /** 0: unknown. */
    totalSteps: number;
    leaseTtlMs: number;
  },
): Promise<Ingested> {
  await ensureMetrics(db, batch.points);
  const { rows } = await db.pool.query<IngestRow>({
    name: 'ingest',
    text: INGEST,
    values: [
      batch.trialId,
      batch.epoch,
      batch.workerId,
      batch.firstSeq,
      batch.points.map((point) => point.step),
      batch.points.map((point) => point.metric),
      batch.points.map((point) => point.value),
      batch.totalSteps,
      batch.leaseTtlMs,
    ],
  });
  const row = rows[0];
  if (!row) return { kind: 'fenced' };
  if (row.gap) return { kind: 'gap', ackedSeq: row.before };
  const ackedSeq = row.after ?? row.before;
  const { before, after: _, gap: __, ...trial } = row;
  return { kind: 'stored', ackedSeq, fresh: ackedSeq - before, ...trial };
}

export type ResumePoint = { ackedSeq: number; cancelRequested: boolean; pruneRequested: boolean };

/** Where an attempt's stream goes on; null when it is fenced. */
export async function resumePoint(
  db: Database,
  params: { trialId: number; epoch: number; workerId: string },
): Promise<ResumePoint | null> {
  const { rows } = await db.pool.query<ResumePoint>({
    name: 'resume-point',
    text: `SELECT acked_seq::float8 AS "ackedSeq", cancel_requested AS "cancelRequested",
                  prune_requested AS "pruneRequested" FROM (${FENCE}) AS fence`,
    values: [params.trialId, params.epoch, params.workerId],
  });
  return rows[0] ?? null;
}

/** Names known to be in the table, by database: a series is named once, its points come by the thousand. */
const KNOWN = new WeakMap<Database['pool'], Set<string>>();

async function ensureMetrics(db: Database, points: readonly Point[]): Promise<void> {
  const known = KNOWN.get(db.pool) ?? new Set<string>();
  KNOWN.set(db.pool, known);
  const names = [...new Set(points.map((point) => point.metric))].filter((name) => !known.has(name));
  if (names.length === 0) return;
  // The filter spares the sequence: ON CONFLICT alone burns a number a try, and there are only 32,767.
  await db.pool.query(
    `INSERT INTO metric (name) SELECT n FROM unnest($1::text[]) AS n
     WHERE NOT EXISTS (SELECT FROM metric WHERE name = n) ORDER BY n ON CONFLICT DO NOTHING`,
    [names],
  );
  for (const name of names) known.add(name);
}
