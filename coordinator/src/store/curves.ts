/** Canonical curves: of each step what the newest attempt said, older ones cut where a newer one resumed. */
import type { Database } from '@adt/prisma/client';
import { GAP_METRIC } from '@adt/proto/metricGap';
import { LIMITS } from '../tunables.js';

export type CurveRow = {
  trialId: number;
  metric: string;
  /** Ascending. */
  steps: number[];
  /** null where the value was not finite. */
  values: (number | null)[];
};

/**
 * SQL of the steps that count of each attempt, (first_step, last_step]; last_step is null for the newest one. An
 * attempt reports nothing up to its own resume step, so the ranges of a trial touch and never overlap.
 * @param trials a condition on trial_id, say `= $1`
 */
export function stepRanges(trials: string): string {
  return `
    SELECT trial_id, epoch, resume_step AS first_step, min(resume_step) OVER (
             PARTITION BY trial_id ORDER BY epoch ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS last_step
    FROM attempt WHERE trial_id ${trials}`;
}

/** SQL that joins `metric_point p` to `stepRanges` as `r`: each canonical point once. */
export const CANONICAL = `p.trial_id = r.trial_id AND p.epoch = r.epoch AND p.step > r.first_step
  AND (r.last_step IS NULL OR p.step <= r.last_step)`;

// A curve longer than $3 keeps its first and last point and, of each bucket of points, the lowest and the highest, so
// no spike is lost; a bucket without any finite value keeps its first, so that a hole stays visible. Here and not in
// the coordinator: what is thinned away never leaves Postgres, which sorts on disk where memory does not do. The
// condition on the range spares the points of an attempt that counts for nothing.
const CURVE = `
  WITH r AS (
    ${stepRanges('= $1')}
  ), canonical AS (
    SELECT p.metric_id, p.step, p.value,
           row_number() OVER (PARTITION BY p.metric_id ORDER BY p.step, p.epoch, p.seq) - 1 AS at,
           count(*) OVER (PARTITION BY p.metric_id) AS n
    FROM r JOIN metric_point p ON ${CANONICAL}
    WHERE p.trial_id = $1 AND (r.last_step IS NULL OR r.last_step > r.first_step)
      AND ($5::int IS NULL OR p.step >= $5) AND ($6::int IS NULL OR p.step <= $6)
      AND (cardinality($2::text[]) = 0 OR p.metric_id IN (SELECT id FROM metric WHERE name = ANY($2::text[])))
  ), bucketed AS (
    SELECT *, CASE WHEN n <= $3::int THEN at
                   WHEN at IN (0, n - 1) THEN -1 - at
                   ELSE (at * $4::bigint + n - 3) / (n - 2) - 1 END AS bucket
    FROM canonical
  ), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY metric_id, bucket ORDER BY value NULLS LAST, at) AS low,
              row_number() OVER (PARTITION BY metric_id, bucket ORDER BY value DESC NULLS LAST, at) AS high
    FROM bucketed
  )
  SELECT m.name AS metric, array_agg(r.step ORDER BY r.at) AS steps, array_agg(r.value ORDER BY r.at) AS values
  FROM ranked r JOIN metric m ON m.id = r.metric_id
  WHERE r.low = 1 OR r.high = 1
  GROUP BY m.name
  ORDER BY m.name`;

/**
 * Curves of these trials, in their order; no metrics named means all. Gaps are told apart: they are no series of a
 * training. One trial at a time: a statement reads one partition, and what is held here is what is answered.
 * @param params.maxPoints a curve, at least 4; default and most: `LIMITS.curvePoints`
 * @param params.minStep only points from here on, thinned among themselves; so does maxStep bound them above
 */
export async function canonicalCurves(
  db: Database,
  params: {
    trialIds: readonly number[];
    metrics: readonly string[];
    maxPoints?: number;
    minStep?: number;
    maxStep?: number;
  },
): Promise<{ curves: CurveRow[]; gaps: CurveRow[] }> {
  const metrics = params.metrics.length === 0 ? [] : [...params.metrics, GAP_METRIC];
  const maxPoints = Math.max(4, Math.min(params.maxPoints ?? LIMITS.curvePoints, LIMITS.curvePoints));
  const buckets = Math.max(1, Math.floor((maxPoints - 2) / 2));
  const found: CurveRow[] = [];
  for (const { id, source } of await sourcesOf(db, params.trialIds)) {
    const { rows } = await db.pool.query<Omit<CurveRow, 'trialId'>>(CURVE, [
      source,
      metrics,
      maxPoints,
      buckets,
      params.minStep ?? null,
      params.maxStep ?? null,
    ]);
    for (const row of rows) found.push({ trialId: id, ...row });
  }
  return {
    curves: found.filter(({ metric }) => metric !== GAP_METRIC),
    gaps: found.filter(({ metric }) => metric === GAP_METRIC),
  };
}

// Every n-th point of a curve that is longer than $2: nothing is read off what no longer counts.
const SUPERSEDED = `
  WITH r AS (
    ${stepRanges('= $1')}
  ), old AS (
    SELECT p.epoch, p.metric_id, p.step, p.value,
           row_number() OVER (PARTITION BY p.epoch, p.metric_id ORDER BY p.step, p.seq) - 1 AS at,
           count(*) OVER (PARTITION BY p.epoch, p.metric_id) AS n
    FROM r JOIN metric_point p ON p.trial_id = r.trial_id AND p.epoch = r.epoch AND p.step > r.last_step
    WHERE p.trial_id = $1 AND r.last_step IS NOT NULL
  )
  SELECT old.epoch, m.name AS metric, array_agg(old.step ORDER BY old.at) AS steps,
         array_agg(old.value ORDER BY old.at) AS values
  FROM old JOIN metric m ON m.id = old.metric_id
  WHERE m.name <> $3 AND old.at % ceil(old.n / $2::float8)::bigint = 0
  GROUP BY old.epoch, m.name
  ORDER BY old.epoch, m.name`;

/** What older attempts said beyond where a newer one went on: it counts for nothing, and shows what was lost. */
export async function supersededCurves(
  db: Database,
  trialId: number,
  maxPoints: number,
): Promise<(CurveRow & { epoch: number })[]> {
  const [found] = await sourcesOf(db, [trialId]);
  if (found === undefined) return [];
  const { rows } = await db.pool.query<Omit<CurveRow, 'trialId'> & { epoch: number }>(SUPERSEDED, [
    found.source,
    maxPoints,
    GAP_METRIC,
  ]);
  return rows.map((row) => ({ trialId, ...row }));
}

/** Whose points a trial shows: its own, or those of the trial whose result it took over. */
async function sourcesOf(db: Database, ids: readonly number[]): Promise<{ id: number; source: number }[]> {
  const { rows } = await db.pool.query<{ id: number; source: number }>(
    'SELECT id, coalesce(adopted_from, id) AS source FROM trial WHERE id = ANY($1::int[]) ORDER BY id',
    [ids],
  );
  return rows;
}

/**
 * The best value of a series until an iteration; null where it has no finite value.
 * @param params.until inclusive
 */
export async function bestUntil(
  db: Database,
  params: { trialId: number; metric: string; until: number; maximize: boolean },
): Promise<number | null> {
  const { rows } = await db.pool.query<{ best: number | null }>({
    name: 'best-until',
    text: `SELECT CASE WHEN $4 THEN max(p.value) ELSE min(p.value) END AS best
           FROM (${stepRanges('= $1')}) r JOIN metric_point p ON ${CANONICAL}
           JOIN metric m ON m.id = p.metric_id
           WHERE m.name = $2 AND p.step <= $3`,
    values: [params.trialId, params.metric, params.until, params.maximize],
  });
  return rows[0]?.best ?? null;
}
