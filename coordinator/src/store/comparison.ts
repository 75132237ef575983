/** What comparing sweeps rests on: each stratum's chosen configuration, its confirmation runs, and what tuning it took. */
import type { Database } from '@adt/prisma/client';
import type { StratumResult } from '../search/verdict/gatherArms.js';
import type { SweepStateName } from './sweeps.js';

export type ComparedSweepRow = {
  sweepId: number;
  name: string;
  state: SweepStateName;
  spec: string;
  specFormat: 'YAML' | 'JSON';
  /** Trials may still be added, or end. */
  open: boolean;
  stopReason: string | null;
  /** Sweep files that it extends. */
  ancestors: { spec: string; format: 'YAML' | 'JSON' }[];
  /** Sweeps that extend it, oldest first. */
  extendedBy: number[];
  /** Those that have a trial, in the order of the sweep file. */
  strata: (Omit<StratumResult, 'named'> & {
    /** Why the log says that nothing is confirmed; null when it says nothing of the kind. */
    unconfirmed: string | null;
  })[];
};

// Tuning counts what the extended sweeps have searched on the same data, model and loss: a configuration that was taken
// over cost what it cost there. Hours are those of every attempt, for a slot was held by the failed ones too. An attempt names its engine only when
// it succeeds; else it ran on the worker's best, the first it lists. A log has at most one `confirmed` of rank 1 a
// stratum, or an `unconfirmed` before any.
const COMPARED = `
  WITH strata AS (
    SELECT DISTINCT ON (sweep_id, stratum) sweep_id, stratum, config
    FROM trial WHERE sweep_id = ANY($1::int[]) ORDER BY sweep_id, stratum, number
  ), decided AS (
    SELECT DISTINCT ON (sweep_id, (entry ->> 'stratum')::int) sweep_id, (entry ->> 'stratum')::int AS stratum,
           (entry ->> 'configuration')::int AS configuration,
           CASE WHEN entry ->> 'kind' = 'unconfirmed' THEN entry ->> 'reason' END AS unconfirmed
    FROM search_entry
    WHERE sweep_id = ANY($1::int[])
      AND (entry ->> 'kind' = 'unconfirmed' OR (entry ->> 'kind' = 'confirmed' AND (entry ->> 'rank')::int = 1))
    ORDER BY sweep_id, (entry ->> 'stratum')::int, number
  ), spent AS (
    SELECT b.sweep_id, b.stratum, count(DISTINCT t.config_hash)::int AS configurations,
           count(DISTINCT t.id)::int AS trials,
           coalesce(sum(a.hours) FILTER (WHERE a.on_gpu), 0)::float8 AS "gpuHours",
           coalesce(sum(a.hours) FILTER (WHERE NOT a.on_gpu), 0)::float8 AS "cpuHours"
    FROM strata b JOIN sweep s ON s.id = b.sweep_id
    JOIN trial t ON t.sweep_id = ANY(array_prepend(s.id, s.ancestors))
     AND t.config ->> 'datasetSha256' = b.config ->> 'datasetSha256'
     AND t.config ->> 'model' = b.config ->> 'model' AND t.config ->> 'loss' = b.config ->> 'loss'
    JOIN (
      SELECT a.trial_id,
             extract(epoch FROM coalesce(a.ended_at, clock_timestamp()) - a.started_at) / 3600 AS hours,
             coalesce(coalesce(a.engine, w.engines -> 0 ->> 'device') ~ '(^|, )gpu', false) AS on_gpu
      FROM attempt a LEFT JOIN worker w ON w.id = a.worker_id
    ) a ON a.trial_id = t.id
    WHERE t.phase = 'SEARCH'
    GROUP BY b.sweep_id, b.stratum
  ), runs AS (
    SELECT t.sweep_id, t.stratum, (array_agg(t.config ORDER BY t.number))[1] AS config,
           json_agg(json_build_object('trialId', t.id, 'seed', t.seed, 'state', t.state, 'failureReason', t.failure_reason,
                                      'test', t.result -> 'test') ORDER BY t.seed) AS confirmation
    FROM trial t JOIN decided d USING (sweep_id, stratum, configuration)
    WHERE t.phase = 'CONFIRM'
    GROUP BY t.sweep_id, t.stratum
  )
  SELECT s.id AS "sweepId", s.name, s.state, s.spec, s.spec_format AS "specFormat", s.stop_reason AS "stopReason",
         s.finished_at IS NULL AS open,
         ARRAY(SELECT e.id FROM sweep e WHERE s.id = ANY(e.ancestors) ORDER BY e.id) AS "extendedBy",
         coalesce((SELECT json_agg(json_build_object('spec', a.spec, 'format', a.spec_format) ORDER BY a.id)
                   FROM sweep a WHERE a.id = ANY(s.ancestors)), '[]') AS ancestors,
         coalesce(json_agg(json_build_object(
           'sweepId', s.id, 'dataset', b.config -> 'dataset', 'datasetSha256', b.config -> 'datasetSha256',
           'model', b.config -> 'model', 'loss', b.config -> 'loss', 'select', b.config -> 'select',
           'tuning', json_build_object(
             'configurations', coalesce(p.configurations, 0), 'trials', coalesce(p.trials, 0),
             'gpuHours', coalesce(p."gpuHours", 0), 'cpuHours', coalesce(p."cpuHours", 0)),
           'chosen', r.config, 'confirmation', coalesce(r.confirmation, '[]'), 'unconfirmed', d.unconfirmed
         ) ORDER BY b.stratum) FILTER (WHERE b.stratum IS NOT NULL), '[]') AS strata
  FROM sweep s
  LEFT JOIN strata b ON b.sweep_id = s.id
  LEFT JOIN decided d ON d.sweep_id = b.sweep_id AND d.stratum = b.stratum
  LEFT JOIN spent p ON p.sweep_id = b.sweep_id AND p.stratum = b.stratum
  LEFT JOIN runs r ON r.sweep_id = b.sweep_id AND r.stratum = b.stratum
  WHERE s.id = ANY($1::int[])
  GROUP BY s.id
  ORDER BY array_position($1::int[], s.id)`;

/** In the order asked for; unknown ids are left out. */
export async function comparedSweeps(db: Database, sweepIds: readonly number[]): Promise<ComparedSweepRow[]> {
  const { rows } = await db.pool.query<ComparedSweepRow>({
    name: 'compared-sweeps',
    text: COMPARED,
    values: [sweepIds],
  });
  return rows;
}
