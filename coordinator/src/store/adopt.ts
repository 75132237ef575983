/** What a sweep takes over from those it extends: the result of the same configuration with the same seed, trained once. */
import type { Database } from '@adt/prisma/client';
import type { Prior } from '../search/prior.js';

/** Columns of a new trial that an adopted one has values for; queued without one. */
export const ADOPTED_COLUMNS = `
  state, result, best_value, best_step, last_step, total_steps, started_at, ended_at, adopted_from`;

export const ADOPTED_VALUES = `
  (CASE WHEN o.id IS NULL THEN 'QUEUED' ELSE 'SUCCEEDED' END)::"TrialState", o.result, o.best_value, o.best_step,
  coalesce(o.last_step, 0), coalesce(o.total_steps, 0), o.started_at, o.ended_at, coalesce(o.adopted_from, o.id)`;

/** Joins `o`, the earlier trial, to a new one whose hash and seed these expressions name. */
export function adoptedJoin(names: { ancestors: string; hash: string; seed: string }): string {
  return `LEFT JOIN LATERAL (
      SELECT * FROM trial done
      WHERE done.sweep_id = ANY(${names.ancestors}) AND done.config_hash = ${names.hash} AND done.seed = ${names.seed}
        AND done.state = 'SUCCEEDED'
      ORDER BY done.id LIMIT 1
    ) o ON true`;
}

export type Lineage = {
  /** The extended sweep and all that it extends, newest first. */
  ancestors: number[];
  prior: Prior;
};

/** What extending a sweep means; null for an unknown one. */
export async function lineageOf(db: Database, sweepId: number): Promise<Lineage | null> {
  const { rows } = await db.pool.query<{ ancestors: number[] }>(
    'SELECT array_prepend(id, ancestors) AS ancestors FROM sweep WHERE id = $1',
    [sweepId],
  );
  const ancestors = rows[0]?.ancestors;
  if (ancestors === undefined) return null;
  const done = await db.pool.query<Prior[number]>(
    `SELECT config, config_hash AS "configHash" FROM (
       SELECT DISTINCT ON (config_hash) id, config, config_hash FROM trial
       WHERE sweep_id = ANY($1::int[]) AND phase = 'SEARCH' AND state = 'SUCCEEDED' ORDER BY config_hash, id
     ) AS each_once ORDER BY id`,
    [ancestors],
  );
  return { ancestors, prior: done.rows };
}
