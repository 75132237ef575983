/** What the search's own trainings have found, row by row: input of importance and sensitivity. Confirmation is left out. */
import type { Database } from '@adt/prisma/client';
import type { StoredTrial } from '../search/importance/observations.js';
import type { FinishedTrial } from '../search/sensitivity/sensitivity.js';

/** Every training of the search, in order. */
export async function searchTrials(db: Database, sweepId: number): Promise<StoredTrial[]> {
  const { rows } = await db.pool.query<StoredTrial>({
    name: 'search-trials',
    text: `SELECT config, config_hash AS "configHash", state, best_value AS "bestValue", last_step AS "lastStep",
                  result -> 'seconds' AS seconds
           FROM trial WHERE sweep_id = $1 AND phase = 'SEARCH' ORDER BY number`,
    values: [sweepId],
  });
  return rows;
}

/**
 * Trainings of the search that ran to their end and have the metric at their chosen checkpoint.
 * @param params.metric null: each training's own objective
 */
export async function finishedTrials(
  db: Database,
  params: { sweepId: number; metric: string | null },
): Promise<FinishedTrial[]> {
  const { rows } = await db.pool.query<FinishedTrial>({
    name: 'finished-trials',
    text: `SELECT * FROM (
             SELECT number, config, config_hash AS "configHash",
                    CASE WHEN $2::text IS NULL THEN best_value
                         ELSE (coalesce(result -> 'valid' ->> $2, result -> 'test' ->> $2))::float8 END AS value
             FROM trial WHERE sweep_id = $1 AND phase = 'SEARCH' AND state = 'SUCCEEDED'
           ) found WHERE value IS NOT NULL ORDER BY number`,
    values: [params.sweepId, params.metric],
  });
  return rows.map(({ config, configHash, value }) => ({ config, configHash, value }));
}

/** Names of all metrics that trainings of the sweep have at their chosen checkpoint. */
export async function metricNames(db: Database, sweepId: number): Promise<string[]> {
  const { rows } = await db.pool.query<{ name: string }>(
    `SELECT DISTINCT jsonb_object_keys((result -> 'valid') || (result -> 'test')) AS name
     FROM trial WHERE sweep_id = $1 AND state = 'SUCCEEDED' ORDER BY name`,
    [sweepId],
  );
  return rows.map(({ name }) => name);
}
