/** Whether a sweep is what its file, its log and the code make of it: log, trials and results, each recomputed. Pure. */
import { createHash } from 'node:crypto';
import type { TrainingConfig } from '@adt/proto/trainingConfig';
import { canonicalJson } from '../canonical.js';
import { type CompiledTrial, isSearched, type TrialPlace } from '../plan.js';
import type { LoggedEntry, TrialOutcome } from './entry.js';
import { LoadedSearch, type SearchText } from './loaded.js';
import { type Replay, replay } from './replay.js';
import type { SearchState } from './state.js';

/** A row of the trials table, as far as the search decides it or hears of it. */
export type StoredTrial = TrialPlace & {
  /** In the sweep, from 1. */
  number: number;
  config: TrainingConfig;
  /** Null: it has not ended. */
  outcome: TrialOutcome | null;
  bestValue: number | null;
  lastStep: number;
  /** Why the search wanted it stopped; empty: it did not. */
  pruneReason: string;
  /** A person had it run again after it had ended without a result. */
  retried?: boolean;
};

export type StoredSearch = SearchText & {
  log: readonly LoggedEntry[];
  /** In the order of their numbers. Read after the log: while a sweep runs there may be more than it knows of. */
  trials: readonly StoredTrial[];
  /** It has run to its end: nothing comes any more. */
  finished: boolean;
};

/** Where what is stored is not what follows; `stored` and `recomputed` are what a person compares. */
export type Difference = { where: string; stored: string; recomputed: string };

export type Verification = Pick<Replay, 'entries' | 'decisions' | 'hash'> & {
  /** Trials that follow from file and log. */
  trials: number;
  /** The first one; null: all is as it would be again. */
  difference: Difference | null;
};

/** @throws Error when the stored file can't be compiled: this version reads sweep files differently */
export function verifySearch(stored: StoredSearch): Verification {
  const search = LoadedSearch.from(stored);
  const { log } = stored;
  const replayed = replayOf(search, log);
  const { entries, decisions, hash } = replayed;
  const found = replayed.difference ?? fileDifference(stored) ?? null;
  if (found !== null) return { entries, decisions, hash, trials: 0, difference: found };
  for (const entry of log) search.follow(entry);
  const implied = search.trialsFrom(1);
  const difference =
    trialsDifference(implied, stored) ??
    resultsDifference(search.state, stored.trials) ??
    pruningDifference(stored) ??
    endDifference(search, stored);
  return { entries, decisions, hash, trials: implied.length, difference };
}

function fileDifference({ spec, specFormat, specSha256 }: SearchText): Difference | null {
  const recomputed = createHash('sha256').update(`${specFormat}\n${spec}`).digest('hex');
  return recomputed === specSha256
    ? null
    : { where: 'SHA-256 of the sweep file', stored: specSha256, recomputed };
}

function replayOf(
  { plan, root }: LoadedSearch,
  log: readonly LoggedEntry[],
): Pick<Replay, 'entries' | 'decisions' | 'hash'> & { difference: Difference | null } {
  try {
    const { divergence, ...counts } = replay(plan, root, log);
    if (divergence === null) return { ...counts, difference: null };
    const { number, what, logged, recomputed } = divergence;
    return { ...counts, difference: { where: `entry ${number}, its ${what}`, stored: logged, recomputed } };
  } catch (error) {
    // An entry with a fitting hash that speaks of what never was.
    const recomputed = error instanceof Error ? error.message : String(error);
    const difference = { where: 'the log', stored: `${log.length} entries`, recomputed };
    return { entries: log.length, decisions: 0, hash: root, difference };
  }
}

function trialsDifference(
  implied: readonly CompiledTrial[],
  { trials, finished }: StoredSearch,
): Difference | null {
  for (const [index, { configHash: _, ...expected }] of implied.entries()) {
    const number = index + 1;
    const row = trials[index];
    const recomputed = canonicalJson({ number, ...expected });
    const stored = row === undefined ? 'none' : canonicalJson(placeOf(row));
    if (stored !== recomputed) return { where: `trial #${number}`, stored, recomputed };
  }
  const extra = trials[implied.length];
  if (extra === undefined || !finished) return null;
  return { where: `trial #${extra.number}`, stored: canonicalJson(placeOf(extra)), recomputed: 'none' };
}

function placeOf({ number, stratum, configuration, seed, phase, config }: StoredTrial) {
  return { number, stratum, configuration, seed, phase, config };
}

/**
 * What the search was told of an end must be what the row says: it changes afterwards only where a person had a trial
 * that came to nothing run again, of which the search hears no second time.
 */
function resultsDifference(state: SearchState, trials: readonly StoredTrial[]): Difference | null {
  for (const told of state.trials) {
    const row = trials[told.number - 1];
    if (told.outcome === null || row === undefined) continue;
    if (row.retried && (told.outcome === 'failed' || told.outcome === 'cancelled')) continue;
    const { outcome, bestValue, lastStep } = row;
    const hasValue = outcome === 'done' || outcome === 'pruned';
    const stored = {
      outcome,
      value: hasValue ? bestValue : null,
      step: outcome === 'pruned' ? lastStep : null,
    };
    const logged = { outcome: told.outcome, value: told.value, step: told.step };
    const [is, was] = [canonicalJson(stored), canonicalJson(logged)];
    if (is !== was) return { where: `result of trial #${told.number}`, stored: is, recomputed: was };
  }
  return null;
}

/** A trial is stopped for the reason that the log has for it, and for no other. */
function pruningDifference({ log, trials, finished }: StoredSearch): Difference | null {
  const reasons = new Map(
    log.flatMap(({ entry }) =>
      entry.kind === 'judged' && entry.prune ? [[entry.trial, entry.reason] as const] : [],
    ),
  );
  for (const { number, pruneReason } of trials) {
    const reason = reasons.get(number);
    // A verdict that comes after the end of its trial leaves no mark on it; one may be newer than the log we read.
    if (pruneReason === '' || pruneReason === reason || (reason === undefined && !finished)) continue;
    return { where: `reason to stop trial #${number}`, stored: pruneReason, recomputed: reason ?? 'none' };
  }
  return null;
}

/** A log that was cut at its end still replays. */
function endDifference({ plan, state }: LoadedSearch, { finished }: StoredSearch): Difference | null {
  if (!finished || !isSearched(plan) || state.over !== null) return null;
  return {
    where: 'end of the log',
    stored: 'none',
    recomputed: 'the sweep is finished, so its search has ended',
  };
}
