/** A sweep's search: what it is rebuilt from, what has ended that it has not heard of, and its log, appended to by compare-and-set. */
import type { Database } from '@adt/prisma/client';
import { canonicalJson } from '../search/canonical.js';
import type { LoggedEntry } from '../search/log/entry.js';
import type { CompiledTrial } from '../search/plan.js';
import type { Prior } from '../search/prior.js';
import type { DatasetFacts } from '../search/strata.js';
import { ADOPTED_COLUMNS, ADOPTED_VALUES, adoptedJoin } from './adopt.js';
import type { LeaderTerm } from './leader.js';

/** What the search of a sweep follows from. */
export type SearchSource = {
  sweepId: number;
  spec: string;
  specFormat: 'YAML' | 'JSON';
  specSha256: string;
  facts: DatasetFacts[];
  prior: Prior;
  pool: string;
  searching: boolean;
  /** Its limit of time is over. */
  late: boolean;
};

const SOURCE = `
  SELECT id AS "sweepId", spec, spec_format AS "specFormat", spec_sha256 AS "specSha256", facts, prior, pool, searching,
         coalesce(deadline < clock_timestamp(), false) AS late
  FROM sweep WHERE id = $1`;

export async function searchSource(db: Database, sweepId: number): Promise<SearchSource | null> {
  const { rows } = await db.pool.query<SearchSource>({
    name: 'search-source',
    text: SOURCE,
    values: [sweepId],
  });
  return rows[0] ?? null;
}

/** Sweeps whose search goes on, oldest first. */
export async function searchingSweeps(db: Database): Promise<number[]> {
  const { rows } = await db.pool.query<{ id: number }>('SELECT id FROM sweep WHERE searching ORDER BY id');
  return rows.map(({ id }) => id);
}

/** The entries after number `after`, in order. */
export async function readEntries(db: Database, sweepId: number, after: number): Promise<LoggedEntry[]> {
  const { rows } = await db.pool.query<LoggedEntry>({
    name: 'search-entries',
    text: 'SELECT number, entry, hash FROM search_entry WHERE sweep_id = $1 AND number > $2 ORDER BY number',
    values: [sweepId, after],
  });
  return rows;
}

/** A trial that has ended and that the search has not heard of. */
export type UntoldTrial = {
  number: number;
  state: 'SUCCEEDED' | 'PRUNED' | 'FAILED' | 'CANCELLED';
  bestValue: number | null;
  lastStep: number;
};

/** In the order they ended. */
export async function untoldTrials(db: Database, sweepId: number): Promise<UntoldTrial[]> {
  const { rows } = await db.pool.query<UntoldTrial>({
    name: 'untold-trials',
    text: `SELECT number, state, best_value AS "bestValue", last_step AS "lastStep" FROM trial
           WHERE sweep_id = $1 AND NOT told AND state NOT IN ('QUEUED', 'RUNNING') ORDER BY ended_at, number`,
    values: [sweepId],
  });
  return rows;
}

export type Append = {
  sweepId: number;
  /** Number of the last entry that the caller knows. */
  after: number;
  entries: readonly LoggedEntry[];
  /** Trials that the entries start, in the order of their numbers. */
  trials: readonly CompiledTrial[];
  firstNumber: number;
  maxFailures: number;
  /** Set when one of the entries ends the search; gaveUp: before it was done. */
  over: { gaveUp: boolean; reason: string } | null;
  /** What only a leader may append; null for verdicts, which whoever takes the points in gives. */
  leader: LeaderTerm | null;
};

// The sweep's row is locked first: a cancel that comes meanwhile waits, and then finds the trials that were added.
const APPEND = `
  WITH target AS MATERIALIZED (
    SELECT id, pool, ancestors FROM sweep WHERE id = $1 AND searching AND state = 'RUNNING'
      AND ($13::text IS NULL OR EXISTS (
        SELECT FROM leader WHERE holder = $13 AND term = $14 AND expires_at > clock_timestamp()))
    FOR UPDATE
  ), logged AS (
    INSERT INTO search_entry (sweep_id, number, entry, hash)
    SELECT target.id, $2 + e.place, e.entry::json, e.hash
    FROM target, unnest($3::text[], $4::text[]) WITH ORDINALITY AS e(entry, hash, place)
  ), heard AS (
    UPDATE trial t SET told = true FROM target
    WHERE t.sweep_id = target.id AND t.number = ANY($5::int[])
  ), pruned AS (
    UPDATE trial t SET prune_reason = p.reason
    FROM target, unnest($6::int[], $7::text[]) AS p(number, reason)
    WHERE t.sweep_id = target.id AND t.number = p.number AND t.state = 'RUNNING'
  ), queued AS (
    INSERT INTO trial (sweep_id, number, config, config_hash, seed, max_failures, stratum, configuration, phase, told,
                       ${ADOPTED_COLUMNS})
    SELECT target.id, $8::int + t.place - 1, t.trial -> 'config', t.trial ->> 'configHash',
           (t.trial ->> 'seed')::bigint, $9::int, (t.trial ->> 'stratum')::int,
           (t.trial ->> 'configuration')::int, upper(t.trial ->> 'phase')::"TrialPhase", false, ${ADOPTED_VALUES}
    FROM target CROSS JOIN jsonb_array_elements($10::jsonb) WITH ORDINALITY AS t(trial, place)
    ${adoptedJoin({ ancestors: 'target.ancestors', hash: `t.trial ->> 'configHash'`, seed: `(t.trial ->> 'seed')::bigint` })}
    ORDER BY t.place
    RETURNING id, state
  ), hinted AS (
    INSERT INTO outbox (trial_id, epoch, pool)
    SELECT queued.id, 0, target.pool FROM queued, target WHERE queued.state = 'QUEUED' ORDER BY queued.id
  ), closed AS (
    UPDATE sweep s SET searching = false, stop_reason = coalesce($12, s.stop_reason)
    FROM target WHERE s.id = target.id AND $11::boolean
  )
  SELECT ARRAY(SELECT id FROM queued ORDER BY id) AS "trialIds" FROM target`;

/** Postgres' code for a number that somebody else has taken meanwhile. */
const UNIQUE_VIOLATION = '23505';

/**
 * Appends entries with everything that follows from them, in one statement.
 * @returns ids of the new trials; null: somebody else has appended, the sweep has ended, or the caller leads no more
 */
export async function appendEntries(db: Database, append: Append): Promise<number[] | null> {
  const { sweepId, after, entries, trials, over, leader } = append;
  const told = entries.flatMap(({ entry }) => (entry.kind === 'told' ? [entry.trial] : []));
  const pruned = entries.flatMap(({ entry }) => (entry.kind === 'judged' && entry.prune ? [entry] : []));
  try {
    const { rows } = await db.pool.query<{ trialIds: number[] }>({
      name: 'append-entries',
      text: APPEND,
      values: [
        sweepId,
        after,
        entries.map(({ entry }) => canonicalJson(entry)),
        entries.map(({ hash }) => hash),
        told,
        pruned.map(({ trial }) => trial),
        pruned.map(({ reason }) => reason),
        append.firstNumber,
        append.maxFailures,
        JSON.stringify(trials),
        over !== null,
        over?.gaveUp ? over.reason : null,
        leader?.holder ?? null,
        leader?.term ?? null,
      ],
    });
    return rows[0]?.trialIds ?? null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === UNIQUE_VIOLATION) return null;
    throw error;
  }
}
