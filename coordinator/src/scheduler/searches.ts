/** Carries the searches on: tells them what has ended, asks what comes next, and writes both down before anything runs. */
import { setImmediate } from 'node:timers/promises';
import type { Database } from '@adt/prisma/client';
import { isMaximized } from '@adt/proto/metricGoal';
import { reasonOf } from '../log.js';
import { nextDecision } from '../search/log/decide.js';
import type { Entry, LoggedEntry, TrialOutcome } from '../search/log/entry.js';
import { judge, nextRung } from '../search/log/judge.js';
import { compileStored, type LoadedSearch } from '../search/log/loaded.js';
import { stillToStart, type ToStart } from '../search/log/outlook.js';
import type { SearchPlan } from '../search/plan.js';
import { countsTrend, halfOf } from '../search/pruners/trend.js';
import { bestUntil } from '../store/curves.js';
import type { LeaderTerm } from '../store/leader.js';
import {
  type Append,
  type Appended,
  appendEntries,
  type SearchingSweep,
  type UntoldTrial,
  untoldTrials,
} from '../store/searchLog.js';
import { type Restore, readable, SearchMemory, StuckSearch } from './searchMemory.js';

/** Entries in one statement, but for what ended all at once. */
const MOST_APPENDED = 500;
/** What is decided by then is written down, and runs: a thousand slots need not wait for the last suggestion. */
const ROUND_MS = 500;
/** Rounds of compare-and-set; each lost one means that another coordinator gave a verdict in between. */
const ROUNDS = 8;
export const OUT_OF_TIME = 'budget.max_wall is over';

/** Postgres' codes for values that it does not take (22) or that break a constraint (23). */
const REFUSED = /^2[23]/;

/** What an advance did: trials that were added, and whether the search is over. */
export type Advanced = { trialIds: number[]; over: Over | null };
type Over = { gaveUp: boolean; reason: string };

/** An attempt that has reached an iteration with an objective. */
export type Observed = {
  sweepId: number;
  trialId: number;
  /** Of the trial, in the sweep. */
  number: number;
  epoch: number;
  /** Iteration of its newest objective value. */
  lastStep: number;
};

export type Outlook = {
  plan: SearchPlan;
  /** Trials that were started; their numbers go up to it. */
  started: number;
  toStart: readonly ToStart[];
};

export class Searches {
  readonly #memory: SearchMemory;
  /** Slots at which nothing was left to decide, by search: asked again when a trial ends or slots come. */
  readonly #rested = new Map<number, number>();
  /** Searches that can't go on, and when each is tried again, in monotonic milliseconds. */
  readonly #stuck = new Map<number, number>();

  /** @param params.restore default: on this thread */
  constructor(private readonly params: { db: Database; retryMs: number; restore?: Restore }) {
    this.#memory = new SearchMemory({ db: params.db, restore: params.restore ?? restoreHere });
  }

  /** Forgets all but these. */
  keepOnly(sweeps: readonly SearchingSweep[]): void {
    const ids = new Set(sweeps.map(({ sweepId }) => sweepId));
    for (const map of [this.#rested, this.#stuck])
      for (const id of map.keys()) if (!ids.has(id)) map.delete(id);
  }

  /** Whether a search may have anything to do. */
  isDue({ sweepId, untold, late, slots }: SearchingSweep): boolean {
    const retryAt = this.#stuck.get(sweepId);
    if (retryAt !== undefined) return performance.now() >= retryAt;
    const rested = this.#rested.get(sweepId);
    return untold || late || rested === undefined || slots > rested;
  }

  /**
   * Tells a search what has ended, and adds what it wants run next. For the leader only.
   * @throws StuckSearch when its log is damaged or its sweep file can't be compiled any more
   */
  advance(sweep: SearchingSweep, leader: LeaderTerm): Promise<Advanced> {
    const { sweepId, slots } = sweep;
    return this.#unlessStuck(sweepId, async () => {
      const done: Advanced = { trialIds: [], over: null };
      for (let lost = 0; lost < ROUNDS; ) {
        // A turn a round: verdicts, which acks wait for, come in between.
        const round = await this.#memory.inTurn(sweepId, () => this.#round(sweep, leader));
        if (round.kind === 'closed') break;
        if (round.kind === 'behind') {
          lost++;
          continue;
        }
        done.trialIds.push(...round.trialIds);
        done.over = round.over;
        if (round.over !== null || !round.isFull) {
          this.#rested.set(sweepId, slots);
          break;
        }
      }
      return done;
    });
  }

  async #round(
    sweep: SearchingSweep,
    leader: LeaderTerm,
  ): Promise<Exclude<Appended, { kind: 'appended' }> | (Extract<Appended, { kind: 'appended' }> & Round)> {
    const { sweepId, slots } = sweep;
    const search = await this.#memory.current(sweepId);
    if (search === null) return { kind: 'closed' };
    const untold = await untoldTrials(this.params.db, sweepId);
    const round = await this.#decide(search, inputsOf(sweep, untold), slots);
    const appended = await this.#append(sweepId, search, round, leader);
    // Over, or what was added in memory is not in the log.
    if (round.over !== null || appended.kind !== 'appended') this.#memory.forget(sweepId);
    return appended.kind === 'appended' ? { ...appended, ...round } : appended;
  }

  /** Adds to the search in memory what it was told and what it wants next. */
  async #decide(search: LoadedSearch, inputs: readonly Entry[], slots: number): Promise<Round> {
    const before = { length: search.length, trials: search.state.trials.length };
    const limit = search.plan.budget.maxConcurrent ?? Number.POSITIVE_INFINITY;
    const room = Math.min(Math.max(1, slots), limit);
    const entries = readable(() => inputs.map((entry) => search.add(entry)));
    const end = performance.now() + ROUND_MS;
    let isFull = true;
    while (isFull && entries.length < MOST_APPENDED && performance.now() < end) {
      const decision = readable(() => nextDecision(search.state, room));
      if (decision === null) isFull = false;
      else entries.push(readable(() => search.add(decision)));
      // A suggestion may take tens of milliseconds: leases are served in between.
      await setImmediate();
    }
    return { before, entries, isFull, over: overOf(entries) };
  }

  async #append(
    sweepId: number,
    search: LoadedSearch,
    { before, entries, over }: Round,
    leader: LeaderTerm,
  ): Promise<Appended> {
    if (entries.length === 0) return { kind: 'appended', trialIds: [] };
    return writable(this.params.db, {
      sweepId,
      after: before.length,
      entries,
      trials: readable(() => search.trialsFrom(before.trials + 1)),
      firstNumber: before.trials + 1,
      maxFailures: search.maxFailures,
      over,
      by: { leader },
    });
  }

  /**
   * Judges a trial at the rungs it has reached since the last call. Asks nobody while memory knows the trial to be
   * below its next rung: verdicts that are not in memory yet can only have moved that up.
   * @returns whether it is to be stopped
   */
  async observe(attempt: Observed): Promise<boolean> {
    const { sweepId } = attempt;
    const search = this.#memory.peek(sweepId);
    if (search && !mayBeJudged(search, attempt)) return false;
    const retryAt = this.#stuck.get(sweepId);
    if (retryAt !== undefined && performance.now() < retryAt) return false;
    return this.#unlessStuck(sweepId, () => this.#memory.inTurn(sweepId, () => this.#judge(attempt)));
  }

  /** Where a search stands; null when it is over, or the sweep has none. */
  outlook(sweepId: number): Promise<Outlook | null> {
    return this.#memory.inTurn(sweepId, async () => {
      const search = await this.#memory.current(sweepId);
      if (search === null) return null;
      const { plan, state } = search;
      return { plan, started: state.trials.length, toStart: stillToStart(state) };
    });
  }

  async #judge({ sweepId, trialId, number, epoch, lastStep }: Observed): Promise<boolean> {
    const { db } = this.params;
    for (let lost = 0; lost < ROUNDS; ) {
      const search = await this.#memory.current(sweepId);
      if (search === null) return false;
      const trial = readable(() => search.state.trial(number));
      const step = nextRung(search.state, trial);
      if (step === null || step > lastStep) return false;
      const metric = search.metricOf(trial);
      const maximize = isMaximized(metric);
      const until = (iteration: number) => bestUntil(db, { trialId, metric, until: iteration, maximize });
      const value = await until(step);
      const halfway = countsTrend(search.plan.pruner) ? await until(halfOf(step)) : null;
      const verdict = judge(search.state, trial, { step, value, halfway });
      const entry = search.next(verdict);
      const appended = await writable(db, {
        sweepId,
        after: search.length,
        entries: [entry],
        trials: [],
        firstNumber: search.state.trials.length + 1,
        maxFailures: search.maxFailures,
        over: null,
        by: { attempt: { trialId, epoch } },
      });
      if (appended.kind === 'closed') return false;
      if (appended.kind === 'behind') {
        lost++;
        continue;
      }
      search.follow(entry);
      if (verdict.prune) return true;
    }
    return false;
  }

  async #unlessStuck<T>(sweepId: number, work: () => Promise<T>): Promise<T> {
    try {
      const result = await work();
      this.#stuck.delete(sweepId);
      return result;
    } catch (error) {
      if (error instanceof StuckSearch) this.#stuck.set(sweepId, performance.now() + this.params.retryMs);
      throw error;
    }
  }
}

const restoreHere: Restore = async (text) => {
  try {
    return { ok: true, ...compileStored(text) };
  } catch (error) {
    return { ok: false, message: reasonOf(error) };
  }
};

/** @throws StuckSearch where Postgres refuses what the entries say, and would again */
async function writable(db: Database, append: Append): Promise<Appended> {
  try {
    return await appendEntries(db, append);
  } catch (error) {
    if (error instanceof Error && 'code' in error && REFUSED.test(String(error.code)))
      throw new StuckSearch(error);
    throw error;
  }
}

type Round = {
  before: { length: number; trials: number };
  entries: LoggedEntry[];
  /** There may be more to decide. */
  isFull: boolean;
  over: Over | null;
};

function mayBeJudged(search: LoadedSearch, { number, lastStep }: Observed): boolean {
  if (search.plan.pruner.type === 'none') return false;
  const trial = search.state.trials[number - 1];
  // Another coordinator has added it since.
  if (trial === undefined) return true;
  const rung = nextRung(search.state, trial);
  return rung !== null && rung <= lastStep;
}

/** What has happened since: trials that ended, and the time that ran out. */
function inputsOf({ late }: SearchingSweep, untold: readonly UntoldTrial[]): Entry[] {
  const told = untold.map(({ number, state, bestValue, lastStep }): Entry => {
    const outcome = OUTCOMES[state];
    const value = outcome === 'done' || outcome === 'pruned' ? bestValue : null;
    return { kind: 'told', trial: number, outcome, value, step: outcome === 'pruned' ? lastStep : null };
  });
  return late ? [...told, { kind: 'stopped', reason: OUT_OF_TIME }] : told;
}

const OUTCOMES = {
  SUCCEEDED: 'done',
  PRUNED: 'pruned',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
} as const satisfies Record<UntoldTrial['state'], TrialOutcome>;

function overOf(entries: readonly LoggedEntry[]): Over | null {
  const entry = entries.at(-1)?.entry;
  if (entry?.kind === 'stopped') return { gaveUp: true, reason: entry.reason };
  return entry?.kind === 'ended' ? { gaveUp: entry.gaveUp, reason: entry.reason } : null;
}
