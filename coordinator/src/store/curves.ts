/** Canonical curves: of each step what the newest attempt said, older ones cut where a newer one resumed. */
import type { Database } from '@adt/prisma/client';

export type CurveRow = {
  trialId: number;
  metric: string;
  /** Ascending. */
  steps: number[];
  /** null where the value was not finite. */
  values: (number | null)[];
};

const CURVES = `
  WITH asked AS (
    SELECT id, coalesce(adopted_from, id) AS source FROM trial WHERE id = ANY($1::int[])
  ), cut AS (
    SELECT trial_id, epoch, min(resume_step) OVER (
             PARTITION BY trial_id ORDER BY epoch ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS last_step
    FROM attempt WHERE trial_id IN (SELECT source FROM asked)
  )
  SELECT asked.id AS "trialId", m.name AS metric, array_agg(p.step ORDER BY p.step, p.epoch, p.seq) AS steps,
         array_agg(p.value ORDER BY p.step, p.epoch, p.seq) AS values
  FROM asked JOIN cut ON cut.trial_id = asked.source
  JOIN metric_point p ON p.trial_id = cut.trial_id AND p.epoch = cut.epoch
    AND (cut.last_step IS NULL OR p.step <= cut.last_step)
  JOIN metric m ON m.id = p.metric_id
  WHERE (cut.last_step IS NULL OR cut.last_step > 0) AND (cardinality($2::text[]) = 0 OR m.name = ANY($2::text[]))
  GROUP BY asked.id, m.name
  ORDER BY asked.id, m.name`;

/** Whole curves of these trials; no metrics named means all. */
export async function canonicalCurves(
  db: Database,
  params: { trialIds: readonly number[]; metrics: readonly string[] },
): Promise<CurveRow[]> {
  const { rows } = await db.pool.query<CurveRow>(CURVES, [params.trialIds, params.metrics]);
  return rows;
}
