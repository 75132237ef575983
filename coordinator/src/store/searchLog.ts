/** A sweep's search: what it is rebuilt from, what has ended that it has not heard of, and its log, appended to by compare-and-set. */
import type { Database } from '@adt/prisma/client';
import { canonicalJson } from '../search/canonical.js';
import type { LoggedEntry } from '../search/log/entry.js';
import type { CompiledTrial } from '../search/plan.js';
import type { Prior } from '../search/prior.js';
import type { DatasetFacts } from '../search/strata.js';
import { ADOPTED_COLUMNS, ADOPTED_VALUES, adoptedJoin } from './adopt.js';
import { type LeaderTerm, leads } from './leader.js';

/** What the search of a sweep follows from, and what it is logged with. */
export type SearchSource = {
  spec: string;
  specFormat: 'YAML' | 'JSON';
  specSha256: string;
  facts: DatasetFacts[];
  prior: Prior;
  rules: number;
};

export async function searchSource(db: Database, sweepId: number): Promise<SearchSource | null> {
  const { rows } = await db.pool.query<SearchSource>({
    name: 'search-source',
    text: `SELECT spec, spec_format AS "specFormat", spec_sha256 AS "specSha256", facts, prior, rules FROM sweep WHERE id = $1`,
    values: [sweepId],
  });
  return rows[0] ?? null;
}

/** Whether a search still goes on. */
export async function isSearching(db: Database, sweepId: number): Promise<boolean> {
  const { rows } = await db.pool.query({
    name: 'is-searching',
    text: 'SELECT FROM sweep WHERE id = $1 AND searching',
    values: [sweepId],
  });
  return rows.length > 0;
}

/** A sweep whose search goes on, and what it may have to do. */
export type SearchingSweep = {
  sweepId: number;
  /** Trials have ended that it has not heard of. */
  untold: boolean;
  /** Its limit of time is over. */
  late: boolean;
  /** Of the pool's workers that are alive and take work. */
  slots: number;
  /** As it is shown: why the search did not go on last time. */
  problem: string | null;
};

/** Oldest first. One statement for all, so that a leader with nothing to do asks one question a tick. */
export async function searchingSweeps(db: Database, leaseTtlMs: number): Promise<SearchingSweep[]> {
  const { rows } = await db.pool.query<SearchingSweep>({
    name: 'searching-sweeps',
    text: `
      SELECT s.id AS "sweepId", s.search_problem AS problem,
             EXISTS (SELECT FROM trial t
                     WHERE t.sweep_id = s.id AND NOT t.told AND t.state NOT IN ('QUEUED', 'RUNNING')) AS untold,
             coalesce(s.deadline < clock_timestamp(), false) AS late, coalesce(p.slots, 0) AS slots
      FROM sweep s LEFT JOIN (
        SELECT pool, sum(slots)::int AS slots FROM worker
        WHERE NOT draining AND last_seen_at > clock_timestamp() - $1::float8 * interval '1 ms' GROUP BY pool
      ) p ON p.pool = s.pool
      WHERE s.searching ORDER BY s.id`,
    values: [leaseTtlMs],
  });
  return rows;
}

/** Shows why a search does not go on; null: it does. @returns whether that is news */
export async function noteProblem(
  db: Database,
  params: { sweepId: number; problem: string | null; leader: LeaderTerm },
): Promise<boolean> {
  const { sweepId, problem, leader } = params;
  const { rowCount } = await db.pool.query(
    `UPDATE sweep SET search_problem = $2
     WHERE id = $1 AND searching AND search_problem IS DISTINCT FROM $2 AND ${leads(3, 4)}`,
    [sweepId, problem, leader.holder, leader.term],
  );
  return rowCount === 1;
}

/** Ends a search from outside its log, which can't be written: its limits hold all the same. */
export async function endSearch(
  db: Database,
  params: { sweepId: number; reason: string; leader: LeaderTerm },
): Promise<boolean> {
  const { sweepId, reason, leader } = params;
  const { rowCount } = await db.pool.query(
    `UPDATE sweep SET searching = false, stop_reason = $2 WHERE id = $1 AND searching AND ${leads(3, 4)}`,
    [sweepId, reason, leader.holder, leader.term],
  );
  return rowCount === 1;
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
  /** Who appends: the leader, or whoever takes in the points of an attempt, which must still be running. */
  by: { leader: LeaderTerm } | { attempt: { trialId: number; epoch: number } };
};

export type Appended =
  | { kind: 'appended'; trialIds: number[] }
  /** Somebody else has appended meanwhile: to be read, and decided anew. */
  | { kind: 'behind' }
  /** The search is over, the caller leads no more, or the attempt has ended: nothing is to be appended. */
  | { kind: 'closed' };

// The sweep's row is locked: a cancel that comes meanwhile waits, and then finds the trials that were added. The judged
// trial's too, and before it: an attempt that ends meanwhile would be queued again in spite of the verdict.
const APPEND = `
  WITH attempt AS MATERIALIZED (
    SELECT id FROM trial WHERE id = $15 AND epoch = $16 AND state = 'RUNNING' FOR UPDATE
  ), target AS MATERIALIZED (
    SELECT id, pool, ancestors FROM sweep WHERE id = $1 AND searching AND state = 'RUNNING'
      AND ($15::int IS NULL OR EXISTS (SELECT FROM attempt))
      AND ($13::text IS NULL OR ${leads(13, 14)})
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

/** What an append breaks when somebody else has taken its numbers meanwhile: of entries, or of the trials they start. */
const NUMBERS: readonly unknown[] = ['search_entry_pkey', 'trial_sweep_id_number_key'];

/**
 * Appends entries with everything that follows from them, in one statement.
 * @throws DatabaseError of class 23 when a trial is not to be had, say one that the sweep has already
 */
export async function appendEntries(db: Database, append: Append): Promise<Appended> {
  const { sweepId, after, entries, trials, over, by } = append;
  const told = entries.flatMap(({ entry }) => (entry.kind === 'told' ? [entry.trial] : []));
  const pruned = entries.flatMap(({ entry }) => (entry.kind === 'judged' && entry.prune ? [entry] : []));
  const leader = 'leader' in by ? by.leader : null;
  const attempt = 'attempt' in by ? by.attempt : null;
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
        attempt?.trialId ?? null,
        attempt?.epoch ?? null,
      ],
    });
    return rows[0] ? { kind: 'appended', ...rows[0] } : { kind: 'closed' };
  } catch (error) {
    if (error instanceof Error && 'constraint' in error && NUMBERS.includes(error.constraint))
      return { kind: 'behind' };
    throw error;
  }
}
