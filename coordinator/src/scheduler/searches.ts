/** Carries the searches on: tells them what has ended, asks what comes next, and writes both down before anything runs. */

import type { Database } from '@adt/prisma/client';
import { isMaximized } from '@adt/proto/metric';
import { nextDecision } from '../search/log/decide.js';
import type { Entry, LoggedEntry, TrialOutcome } from '../search/log/entry.js';
import { judge, nextRung } from '../search/log/judge.js';
import { LoadedSearch } from '../search/log/loaded.js';
import { stillToStart, type ToStart } from '../search/log/outlook.js';
import type { SearchPlan } from '../search/plan.js';
import type { LeaderTerm } from '../store/leader.js';
import { bestUntil } from '../store/metrics.js';
import {
  appendEntries,
  readEntries,
  type SearchSource,
  searchSource,
  type UntoldTrial,
  untoldTrials,
} from '../store/searchLog.js';
import { trialNumber } from '../store/trials.js';
import { slotsInPool } from '../store/workers.js';
import type { Tunables } from '../tunables.js';

/** Searches kept in memory; another one is rebuilt from its log, which takes as long as reading it. */
const MOST_LOADED = 64;
/** Entries in one statement: keeps it below a second, and a plan of a thousand suggestions interruptible. */
const MOST_APPENDED = 500;
/** Rounds of compare-and-set; each lost one means that another coordinator gave a verdict in between. */
const ROUNDS = 8;

/** What an advance did: trials that were added, and whether the search is over. */
export type Advanced = { trialIds: number[]; over: { gaveUp: boolean } | null };

export type Outlook = {
  plan: SearchPlan;
  /** Trials that were started; their numbers go up to it. */
  started: number;
  toStart: readonly ToStart[];
};

export class Searches {
  readonly #loaded = new Map<number, LoadedSearch | null>();
  /** One job at a time a sweep: two would only take each other's numbers. */
  readonly #queues = new Map<number, Promise<unknown>>();

  constructor(private readonly params: { db: Database; tunables: Tunables }) {}

  /**
   * Tells a search what has ended, and adds what it wants run next. For the leader only.
   * @throws Error when its log is damaged or its sweep file can't be compiled any more
   */
  advance(sweepId: number, leader: LeaderTerm): Promise<Advanced> {
    return this.#inTurn(sweepId, async () => {
      const { db, tunables } = this.params;
      const done: Advanced = { trialIds: [], over: null };
      for (let round = 0; round < ROUNDS && done.over === null; round++) {
        const source = await searchSource(db, sweepId);
        const search = source && (await this.#load(source));
        if (!source?.searching || !search) break;
        const untold = await untoldTrials(db, sweepId);
        const slots = await slotsInPool(db, source.pool, tunables.leaseTtlMs);
        const room = Math.min(
          Math.max(1, slots),
          search.plan.budget.maxConcurrent ?? Number.POSITIVE_INFINITY,
        );
        const before = { length: search.length, trials: search.state.trials.length };
        const entries = inputsOf(source, untold).map((entry) => search.add(entry));
        while (entries.length < MOST_APPENDED) {
          const decision = nextDecision(search.state, room);
          if (decision === null) break;
          entries.push(search.add(decision));
        }
        if (entries.length === 0) break;
        const over = overOf(entries);
        const trialIds = await this.#append(search, { sweepId, before, entries, over, leader });
        if (trialIds === null) continue;
        done.trialIds.push(...trialIds);
        done.over = over;
        round = -1;
      }
      return done;
    });
  }

  /**
   * Judges a trial at the rungs it has reached since the last call.
   * @param lastStep iteration of its newest objective value
   * @returns whether it is to be stopped
   */
  async observe(attempt: {
    sweepId: number;
    trialId: number;
    epoch: number;
    lastStep: number;
  }): Promise<boolean> {
    const { sweepId } = attempt;
    const known = this.#loaded.get(sweepId);
    if (known === null || known?.plan.pruner.type === 'none') return false;
    return this.#inTurn(sweepId, () => this.#judge(attempt));
  }

  /** Where a search stands; null when it is over, or the sweep has none. */
  outlook(sweepId: number): Promise<Outlook | null> {
    return this.#inTurn(sweepId, async () => {
      const source = await searchSource(this.params.db, sweepId);
      const search = source?.searching ? await this.#load(source) : null;
      if (search === null) return null;
      const { plan, state } = search;
      return { plan, started: state.trials.length, toStart: stillToStart(state) };
    });
  }

  async #judge(attempt: {
    sweepId: number;
    trialId: number;
    epoch: number;
    lastStep: number;
  }): Promise<boolean> {
    const { db } = this.params;
    const { sweepId, trialId, epoch, lastStep } = attempt;
    const number = await trialNumber(db, trialId);
    for (let round = 0; round < ROUNDS; round++) {
      const source = await searchSource(db, sweepId);
      const search = source && (await this.#load(source));
      if (!source?.searching || !search || number === null) return false;
      const trial = search.state.trial(number);
      const step = nextRung(search.state, trial);
      if (step === null || step > lastStep) return false;
      const metric = search.metricOf(trial);
      const maximize = isMaximized(metric);
      const value = await bestUntil(db, { trialId, epoch, metric, until: step, maximize });
      const before = { length: search.length, trials: search.state.trials.length };
      const verdict = judge(search.state, trial, { step, value });
      const entries = [search.add(verdict)];
      if ((await this.#append(search, { sweepId, before, entries, over: null, leader: null })) === null)
        continue;
      if (verdict.prune) return true;
      round = -1;
    }
    return false;
  }

  /** @returns ids of the new trials; null when the search in memory was behind, and is forgotten */
  async #append(
    search: LoadedSearch,
    params: {
      sweepId: number;
      before: { length: number; trials: number };
      entries: readonly LoggedEntry[];
      over: { gaveUp: boolean; reason: string } | null;
      leader: LeaderTerm | null;
    },
  ): Promise<number[] | null> {
    const { sweepId, before, ...rest } = params;
    let trialIds: number[] | null = null;
    try {
      trialIds = await appendEntries(this.params.db, {
        ...rest,
        sweepId,
        after: before.length,
        trials: search.trialsFrom(before.trials + 1),
        firstNumber: before.trials + 1,
        maxFailures: search.maxFailures,
      });
      return trialIds;
    } finally {
      // What was added in memory is not in the log, or nobody knows whether it is.
      if (trialIds === null) this.#loaded.delete(sweepId);
    }
  }

  /** The search as the log has it now; null for a sweep that has none. */
  async #load(source: SearchSource): Promise<LoadedSearch | null> {
    const { sweepId } = source;
    const search = this.#loaded.get(sweepId) ?? (source.searching ? LoadedSearch.from(source) : null);
    if (search !== null) {
      try {
        for (const entry of await readEntries(this.params.db, sweepId, search.length)) search.follow(entry);
      } catch (error) {
        this.#loaded.delete(sweepId);
        throw error;
      }
    }
    this.#loaded.delete(sweepId);
    this.#loaded.set(sweepId, search);
    const [oldest] = this.#loaded.keys();
    if (this.#loaded.size > MOST_LOADED && oldest !== undefined) this.#loaded.delete(oldest);
    return search;
  }

  #inTurn<T>(sweepId: number, work: () => Promise<T>): Promise<T> {
    const turn = (this.#queues.get(sweepId) ?? Promise.resolve()).then(work);
    const settled = turn.catch(() => {});
    this.#queues.set(sweepId, settled);
    void settled.then(() => {
      if (this.#queues.get(sweepId) === settled) this.#queues.delete(sweepId);
    });
    return turn;
  }
}

/** What has happened since: trials that ended, and the time that ran out. */
function inputsOf(source: SearchSource, untold: readonly UntoldTrial[]): Entry[] {
  const told = untold.map(({ number, state, bestValue, lastStep }): Entry => {
    const outcome = OUTCOMES[state];
    const value = outcome === 'done' || outcome === 'pruned' ? bestValue : null;
    return { kind: 'told', trial: number, outcome, value, step: outcome === 'pruned' ? lastStep : null };
  });
  return source.late ? [...told, { kind: 'stopped', reason: 'budget.max_wall is over' }] : told;
}

const OUTCOMES = {
  SUCCEEDED: 'done',
  PRUNED: 'pruned',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
} as const satisfies Record<UntoldTrial['state'], TrialOutcome>;

function overOf(entries: readonly LoggedEntry[]): { gaveUp: boolean; reason: string } | null {
  const entry = entries.at(-1)?.entry;
  if (entry?.kind === 'stopped') return { gaveUp: true, reason: entry.reason };
  return entry?.kind === 'ended' ? { gaveUp: entry.gaveUp, reason: entry.reason } : null;
}
