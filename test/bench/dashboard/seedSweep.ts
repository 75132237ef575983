/** Fills a real Postgres with one large sweep as a search leaves it: trials, attempts, results, curves. In a few statements. */
import type { Database } from '@adt/prisma/client';

export type SeedSize = {
  trials: number;
  /** Of each trial that has started. */
  points: number;
};

export const LARGE: SeedSize = { trials: 50_000, points: 100 };

/** Seeds of a configuration; ten thousand configurations in the large sweep. */
const SEEDS = 5;
const SHA256 = 'a'.repeat(64);

const SPEC = `name: large
method: random
parameters:
  dataset: {values: [adressa, yelp]}
  model: {values: [GMF, NeuMF]}
  loss: {values: [CE, T-CE, R-CE]}
  lr: {min: 0.0001, max: 0.01, scale: log}
  eps_max: {min: 0.05, max: 0.4}
  eps_n: {values: [1000, 3000, 10000, 30000]}
  beta: {min: 0.05, max: 1}
`;

const SWEEP = `
  INSERT INTO sweep (name, state, spec, spec_format, spec_sha256, metric, maximize, owner, pool, datasets, models, losses)
  VALUES ('large', 'RUNNING', $1, 'YAML', $2, 'valid/recall@50', true, 'bench', 'default',
          '{adressa,yelp}', '{GMF,NeuMF}', '{CE,T-CE,R-CE}')
  RETURNING id`;

// Hashes of the ordinal stand for chance: the same sweep each time, in any order of evaluation.
const TRIALS = `
  WITH drawn AS (
    SELECT n, (n - 1) / ${SEEDS} AS c, (n - 1) % ${SEEDS} + 1 AS seed,
           (hashint4((n - 1) / ${SEEDS}) & 65535) / 65536.0 AS u,
           (hashint4((n - 1) / ${SEEDS} + 500009) & 65535) / 65536.0 AS v,
           (hashint4(n + 900001) & 65535) / 65536.0 AS w
    FROM generate_series(1, $2::int) AS n
  ), named AS (
    SELECT *, (ARRAY['adressa', 'yelp'])[c % 2 + 1] AS dataset, (ARRAY['GMF', 'NeuMF'])[c / 2 % 2 + 1] AS model,
           (ARRAY['CE', 'T-CE', 'R-CE'])[c / 4 % 3 + 1] AS loss,
           CASE WHEN n > $2::int * 0.99 THEN 'QUEUED' WHEN n > $2::int * 0.985 THEN 'RUNNING'
                WHEN w < 0.04 THEN 'PRUNED' WHEN w < 0.06 THEN 'FAILED' ELSE 'SUCCEEDED' END AS state
    FROM drawn
  ), valued AS (
    SELECT *, round((0.05 + 0.1 * u * (1 - u) + 0.02 * v + 0.004 * w
                     + CASE loss WHEN 'CE' THEN 0 WHEN 'T-CE' THEN 0.012 ELSE 0.008 END)::numeric, 6)::float8 AS best,
           100 * (1 + (hashint4(n) & 63)) AS best_step
    FROM named
  )
  INSERT INTO trial (sweep_id, number, config, config_hash, seed, state, epoch, failures, max_failures, worker_id,
                     lease_expires_at, best_value, best_step, last_step, total_steps, result, failure_class,
                     failure_reason, started_at, ended_at, stratum, configuration)
  SELECT $1, n, jsonb_strip_nulls(jsonb_build_object(
           'dataset', dataset, 'datasetSha256', '${SHA256}', 'model', model, 'loss', loss,
           'epsMax', CASE WHEN loss = 'T-CE' THEN round((0.05 + 0.35 * v)::numeric, 4) END,
           'epsN', CASE WHEN loss = 'T-CE' THEN (ARRAY[1000, 3000, 10000, 30000])[c / 12 % 4 + 1] END,
           'beta', CASE WHEN loss = 'R-CE' THEN round((0.05 + 0.95 * v)::numeric, 4) END,
           'mlpLayers', CASE WHEN model = 'NeuMF' THEN 3 END, 'dropout', CASE WHEN model = 'NeuMF' THEN 0 END,
           'lr', round((0.0001 * 10 ^ (2 * u))::numeric, 7), 'factors', 32, 'negatives', 1, 'batchSize', 1024,
           'epochs', 10, 'evalEvery', 100, 'topk', '[50, 100]'::jsonb, 'select', 'valid/recall@50', 'seed', seed)),
         md5('configuration ' || c), seed, state::"TrialState", CASE state WHEN 'QUEUED' THEN 0 ELSE 1 END, 0, 2,
         CASE state WHEN 'QUEUED' THEN NULL ELSE 'worker-' || lpad((n % 40)::text, 4, '0') END,
         CASE state WHEN 'RUNNING' THEN now() + interval '1 day' END,
         CASE state WHEN 'QUEUED' THEN NULL ELSE best END, CASE state WHEN 'QUEUED' THEN NULL ELSE best_step END,
         CASE state WHEN 'QUEUED' THEN 0 WHEN 'SUCCEEDED' THEN 10000 ELSE best_step + 100 END,
         CASE state WHEN 'QUEUED' THEN 0 ELSE 10000 END,
         CASE state WHEN 'SUCCEEDED' THEN jsonb_build_object(
           'bestStep', best_step, 'bestValue', best, 'engine', 'native 1 on cpu', 'parametersSha256', '${SHA256}',
           'valid', jsonb_build_object('valid/recall@50', best, 'valid/recall@100', best * 1.6,
                                       'valid/ndcg@50', best * 0.45 + 0.001 * w, 'valid/ndcg@100', best * 0.6),
           'test', (SELECT jsonb_object_agg('test/' || m || '@' || k || g, best * (0.4 + 0.05 * k / 50) + 0.0001 * length(g))
                    FROM unnest(ARRAY['recall', 'ndcg']) m, unnest(ARRAY[50, 100]) k,
                         unnest(ARRAY['', '/g1', '/g2', '/g3', '/g4']) g),
           'seconds', jsonb_build_object('train', 60 * (1 + w), 'evaluate', 20 * (1 + v), 'test', 3.25, 'load', 0.4),
           'facts', jsonb_build_object('peak_bytes', 104857600, 'positives', 123456)) END,
         CASE state WHEN 'FAILED' THEN 'USER'::"FailureClass" END,
         CASE state WHEN 'FAILED' THEN 'the loss was not finite' END,
         CASE state WHEN 'QUEUED' THEN NULL ELSE now() - interval '1 day' + n * interval '1 second' END,
         CASE WHEN state IN ('QUEUED', 'RUNNING') THEN NULL
              ELSE now() - interval '1 day' + (n + 60 + 120 * w) * interval '1 second' END,
         c % 12, c / 12
  FROM valued`;

const ATTEMPTS = `
  INSERT INTO attempt (trial_id, epoch, worker_id, started_at, ended_at, outcome, engine, acked_seq)
  SELECT id, 1, worker_id, started_at, ended_at,
         CASE WHEN state <> 'RUNNING' THEN state::text::"AttemptOutcome" END, 'native 1 on cpu', $2
  FROM trial WHERE sweep_id = $1 AND epoch = 1`;

const POINTS = `
  INSERT INTO metric_point (trial_id, epoch, seq, step, metric_id, value)
  SELECT t.id, 1, s, 100 * s, (SELECT id FROM metric WHERE name = 'valid/recall@50'),
         t.best_value * (1 - exp(-8.0 * s / $3::int))
  FROM trial t, generate_series(1, $3::int) AS s
  WHERE t.sweep_id = $1 AND t.epoch = 1 AND t.number > $2::int AND t.number <= $2::int + 5000`;

/** @returns the sweep's id */
export async function seedSweep(
  { pool }: Pick<Database, 'pool'>,
  { trials, points }: SeedSize,
  log: (line: string) => void = () => {},
): Promise<number> {
  await pool.query(`INSERT INTO metric (name) VALUES ('valid/recall@50') ON CONFLICT DO NOTHING`);
  const { rows } = await pool.query<{ id: number }>(SWEEP, [SPEC, SHA256]);
  const sweepId = rows[0]?.id ?? Number.NaN;
  await pool.query(TRIALS, [sweepId, trials]);
  await pool.query(ATTEMPTS, [sweepId, points]);
  log(`${trials} trials`);
  for (let from = 0; from < trials && points > 0; from += 5_000) {
    await pool.query(POINTS, [sweepId, from, points]);
    log(`points of ${Math.min(from + 5_000, trials)} trials`);
  }
  await pool.query('VACUUM ANALYZE trial');
  await pool.query('ANALYZE metric_point');
  return sweepId;
}
