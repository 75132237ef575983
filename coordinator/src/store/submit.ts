/** Writes a sweep with all its trials and their first hints, in one statement. */
import type { Database } from '@adt/prisma/client';
import type { CompiledTrial } from '../search/plan.js';
import type { Prior } from '../search/prior.js';
import type { Rules } from '../search/rules.js';
import type { DatasetFacts } from '../search/strata.js';
import { ADOPTED_COLUMNS, ADOPTED_VALUES, adoptedJoin } from './adopt.js';
import { type TrialColumns, trialColumns } from './trialColumns.js';

export type NewSweep = {
  name: string;
  owner: string;
  spec: string;
  specFormat: 'YAML' | 'JSON';
  /** SHA-256 of format and spec, hex: tells a repeat from another sweep under the same key. */
  specSha256: string;
  /** Empty: none. */
  idempotencyKey: string;
  metric: string;
  maximize: boolean;
  pool: string;
  maxFailures: number;
  datasets: readonly string[];
  models: readonly string[];
  losses: readonly string[];
  priority: number;
  maxConcurrent: number | null;
  /** From now; null: no limit. */
  maxWallSeconds: number | null;
  /** What the spec was compiled with. */
  facts: readonly DatasetFacts[];
  /** Sweeps whose results it takes over, and what they have tried. */
  ancestors: readonly number[];
  prior: Prior;
  rules: Rules;
  /** Whether the search goes on after the submission. */
  isSearched: boolean;
  /** Of a large sweep they are made into columns on another thread. */
  trials: readonly CompiledTrial[] | TrialColumns;
};

/** `conflict`: the key belongs to a sweep with another spec. `orphaned`: that sweep, which it extends, is deleted. */
export type Submission = { kind: 'created' | 'repeated' | 'conflict' | 'orphaned'; sweepId: number };

// One unnest for ten thousand trials: about 0.3 s, where a statement a row takes several seconds.
const SUBMIT = `
  WITH kept AS MATERIALIZED (
    -- Held until the commit, so that none is deleted while this sweep takes its results over.
    SELECT id FROM sweep WHERE id = ANY($24::int[]) ORDER BY id FOR KEY SHARE
  ), created AS (
    INSERT INTO sweep (name, owner, spec, spec_format, spec_sha256, idempotency_key, metric, maximize, pool,
                       datasets, models, losses, priority, max_concurrent, deadline, facts, searching, ancestors, prior, rules)
    SELECT $1, $2, $3, $4::"SpecFormat", $5, nullif($6, ''), $7, $8::boolean, $9, $10::text[], $11::text[],
           $12::text[], $17::int, $18::int, clock_timestamp() + $19::float8 * interval '1 s', $20::jsonb,
           $21::boolean, $24::int[], $25::jsonb, $26::int
    WHERE (SELECT count(*) FROM kept) = cardinality($24::int[])
    ON CONFLICT (idempotency_key) DO NOTHING
    RETURNING id, pool, ancestors
  ), queued AS (
    INSERT INTO trial (sweep_id, number, config, config_hash, seed, max_failures, stratum, configuration, told,
                       ${ADOPTED_COLUMNS})
    SELECT created.id, t.number, t.config::jsonb, t.hash, t.seed, $13, t.stratum, t.configuration, NOT $21::boolean,
           ${ADOPTED_VALUES}
    FROM created CROSS JOIN unnest($14::text[], $15::text[], $16::bigint[], $22::int[], $23::int[])
                  WITH ORDINALITY AS t(config, hash, seed, stratum, configuration, number)
    ${adoptedJoin({ ancestors: 'created.ancestors', hash: 't.hash', seed: 't.seed' })}
    ORDER BY t.number
    RETURNING id, state
  ), hinted AS (
    INSERT INTO outbox (trial_id, epoch, pool)
    SELECT queued.id, 0, created.pool FROM queued, created WHERE queued.state = 'QUEUED' ORDER BY queued.id
  )
  SELECT id FROM created`;

/** Submits, or finds the sweep that the same idempotency key submitted before. */
export async function submitSweep(db: Database, sweep: NewSweep): Promise<Submission> {
  const trials = 'configs' in sweep.trials ? sweep.trials : trialColumns(sweep.trials);
  const { rows } = await db.pool.query<{ id: number }>(SUBMIT, [
    sweep.name,
    sweep.owner,
    sweep.spec,
    sweep.specFormat,
    sweep.specSha256,
    sweep.idempotencyKey,
    sweep.metric,
    sweep.maximize,
    sweep.pool,
    sweep.datasets,
    sweep.models,
    sweep.losses,
    sweep.maxFailures,
    trials.configs,
    trials.hashes,
    trials.seeds,
    sweep.priority,
    sweep.maxConcurrent,
    sweep.maxWallSeconds,
    JSON.stringify(sweep.facts),
    sweep.isSearched,
    trials.strata,
    trials.configurations,
    sweep.ancestors,
    JSON.stringify(sweep.prior),
    sweep.rules,
  ]);
  if (rows[0]) return { kind: 'created', sweepId: rows[0].id };
  const first = await findSubmission(db, { ...sweep, extended: sweep.ancestors[0] ?? null });
  const extended = sweep.ancestors[0];
  if (!first && extended !== undefined) return { kind: 'orphaned', sweepId: extended };
  if (!first) throw new Error(`no sweep was written under the key ${JSON.stringify(sweep.idempotencyKey)}`);
  return first;
}

/** What was submitted under an idempotency key; null when the key is new or empty. */
export async function findSubmission(
  db: Database,
  params: { idempotencyKey: string; specSha256: string; extended: number | null },
): Promise<Submission | null> {
  if (params.idempotencyKey === '') return null;
  const first = await db.prisma.sweep.findUnique({
    where: { idempotencyKey: params.idempotencyKey },
    select: { id: true, specSha256: true, ancestors: true },
  });
  if (!first) return null;
  const isSame = first.specSha256 === params.specSha256 && (first.ancestors[0] ?? null) === params.extended;
  return { kind: isSame ? 'repeated' : 'conflict', sweepId: first.id };
}
