/** I4: what is stored against what the oracle knows, point by point; and the parameters of who went through every step. */
import { type OracleConfig, oracleParameters, oracleSeries, oracleValue } from './oracle.js';
import type { World } from './world.js';

type TrialRow = { id: number; state: string; config: OracleConfig; parameters: string | null };
type PointRow = { trialId: number; step: number; metric: string; value: number | null; canonical: boolean };

/** Trials whose points are held at once. */
const BATCH = 200;

/**
 * Every point of every attempt, also of those that were superseded: a wrong one was wrong when it was taken. Canonical
 * is what the attempt said of the steps that are its own: beyond where it began, up to where a newer one began.
 */
const POINTS = `
  WITH r AS (
    SELECT trial_id, epoch, resume_step AS first_step, min(resume_step) OVER (
             PARTITION BY trial_id ORDER BY epoch ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS last_step
    FROM attempt WHERE trial_id = ANY($1::int[])
  )
  SELECT p.trial_id AS "trialId", p.step, m.name AS metric, p.value,
         p.step > r.first_step AND (r.last_step IS NULL OR p.step <= r.last_step) AS canonical
  FROM r JOIN metric_point p USING (trial_id, epoch) JOIN metric m ON m.id = p.metric_id`;

/** @returns a line a trial that is off */
export async function oracleFindings(world: World): Promise<string[]> {
  const { rows } = await world.db.pool.query<TrialRow>(
    `SELECT id, state, config, result ->> 'parametersSha256' AS parameters FROM trial ORDER BY id`,
  );
  const found: string[] = [];
  for (let at = 0; at < rows.length; at += BATCH) {
    const trials = rows.slice(at, at + BATCH);
    const points = await world.db.pool.query<PointRow>(POINTS, [trials.map(({ id }) => id)]);
    const byTrial = groupByTrial(points.rows);
    for (const trial of trials) found.push(...findings(trial, byTrial.get(trial.id) ?? [], world));
  }
  return found;
}

function findings(trial: TrialRow, points: readonly PointRow[], world: World): string[] {
  const who = `I4 right values: trial ${trial.id}`;
  const wrong = points.find(({ metric, step, value }) => value !== oracleValue(trial.config, metric, step));
  if (wrong) return [`${who} has ${JSON.stringify(wrong)}`];
  if (trial.state !== 'SUCCEEDED') return [];
  const series = oracleSeries(trial.config.select, Number(world.options.workerEnv?.ADT_ORACLE_SERIES ?? 2));
  const canonical = points.filter((point) => point.canonical);
  const distinct = new Set(canonical.map(({ metric, step }) => `${metric} ${step}`)).size;
  const expected = series.length * trial.config.epochs;
  if (canonical.length !== expected || distinct !== expected)
    return [
      `${who}: its curve has ${canonical.length} points, ${distinct} of them distinct, instead of ${expected}`,
    ];
  if (trial.parameters !== oracleParameters(trial.config))
    return [`${who}: its parameters are not those of an undisturbed training`];
  return [];
}

function groupByTrial(points: readonly PointRow[]): Map<number, PointRow[]> {
  const groups = new Map<number, PointRow[]>();
  for (const point of points) {
    const group = groups.get(point.trialId);
    if (group) group.push(point);
    else groups.set(point.trialId, [point]);
  }
  return groups;
}
