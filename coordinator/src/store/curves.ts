/** Canonical curves: of each step what the newest attempt said, older ones cut where a newer one resumed. */
import type { Database } from '@adt/prisma/client';
import { GAP_METRIC } from '@adt/proto/metricGap';

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

// The condition on the range spares the points of an attempt that counts for nothing.
const CURVES = `
  WITH asked AS (
    SELECT id, coalesce(adopted_from, id) AS source FROM trial WHERE id = ANY($1::int[])
  ), r AS (
    ${stepRanges('IN (SELECT source FROM asked)')}
  )
  SELECT asked.id AS "trialId", m.name AS metric, array_agg(p.step ORDER BY p.step, p.epoch, p.seq) AS steps,
         array_agg(p.value ORDER BY p.step, p.epoch, p.seq) AS values
  FROM asked JOIN r ON r.trial_id = asked.source
  JOIN metric_point p ON ${CANONICAL}
  JOIN metric m ON m.id = p.metric_id
  WHERE (r.last_step IS NULL OR r.last_step > r.first_step)
    AND (cardinality($2::text[]) = 0 OR m.name = ANY($2::text[]))
  GROUP BY asked.id, m.name
  ORDER BY asked.id, m.name`;

/** Whole curves of these trials; no metrics named means all. Gaps are told apart: they are no series of a training. */
export async function canonicalCurves(
  db: Database,
  params: { trialIds: readonly number[]; metrics: readonly string[] },
): Promise<{ curves: CurveRow[]; gaps: CurveRow[] }> {
  const metrics = params.metrics.length === 0 ? [] : [...params.metrics, GAP_METRIC];
  const { rows } = await db.pool.query<CurveRow>(CURVES, [params.trialIds, metrics]);
  return {
    curves: rows.filter(({ metric }) => metric !== GAP_METRIC),
    gaps: rows.filter(({ metric }) => metric === GAP_METRIC),
  };
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
