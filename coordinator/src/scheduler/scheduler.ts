/** Starts and stops what schedules: leader, searches, relay, reaper, reconciler. Only the leader's ones do anything. */
import type { Database } from '@adt/prisma/client';
import type { Changes } from '../live/changes.js';
import { type Log, reasonOf } from '../log.js';
import type { NatsLink } from '../nats/link.js';
import type { LeaderTerm } from '../store/leader.js';
import { endSearch, noteProblem, type SearchingSweep, searchingSweeps } from '../store/searchLog.js';
import { finishSweeps, stopOpenTrials } from '../store/sweeps.js';
import type { Tunables } from '../tunables.js';
import { Leader } from './leader.js';
import { Reaper } from './reaper.js';
import { ensureJetStream, reconcile } from './reconciler.js';
import { Relay } from './relay.js';
import { type Observed, OUT_OF_TIME, type Outlook, Searches } from './searches.js';
import { StuckSearch } from './searchMemory.js';
import { Ticker } from './ticker.js';

export type SchedulerParams = {
  db: Database;
  link: NatsLink;
  changes: Changes;
  tunables: Tunables;
  log: Log;
  /** Unique to this process. */
  holder: string;
};

/**
 * Relay and searches are woken by every claim and every end, hundreds a second; what comes within this goes together.
 * Far below what a window of hints lasts.
 */
const REST_MS = 10;

export class Scheduler {
  readonly #leader: Leader;
  readonly #reaper: Reaper;
  readonly #relay: Relay;
  readonly #searches: Searches;
  readonly #searchTicker: Ticker;
  readonly #relayTicker: Ticker;
  readonly #reapTicker: Ticker;
  readonly #reconcileTicker: Ticker;
  /** The stream is known to exist on this connection; publishing earlier would only fail. */
  #streamReady = false;

  constructor(private readonly params: SchedulerParams) {
    const { db, tunables, log } = params;
    const every = (everyMs: number, work: () => Promise<void>, restMs = 0) =>
      new Ticker({ everyMs, restMs, work, log });
    this.#leader = new Leader({ ...params, onElected: () => this.#elected() });
    this.#reaper = new Reaper({ db, tunables });
    this.#relay = new Relay({ db, leaseTtlMs: tunables.leaseTtlMs });
    this.#searches = new Searches({ db, retryMs: tunables.searchRetryMs });
    this.#searchTicker = every(tunables.searchEveryMs, () => this.#search(), REST_MS);
    this.#relayTicker = every(tunables.relayEveryMs, () => this.#publish(), REST_MS);
    this.#reapTicker = every(tunables.reapEveryMs, () => this.#reap());
    this.#reconcileTicker = every(tunables.reconcileEveryMs, () => this.#reconcile());
    params.link.onConnect(() => {
      this.#streamReady = false;
      this.#reconcileTicker.wake();
    });
  }

  async start(): Promise<void> {
    await this.#leader.start();
    void this.#reconcileTicker.start();
    void this.#searchTicker.start();
    void this.#relayTicker.start();
    void this.#reapTicker.start();
  }

  /** The outbox has something to send, or a pool has room for more. */
  wake(): void {
    this.#relayTicker.wake();
  }

  /** A trial has ended, slots came or went, a sweep was submitted: searches may want to go on, and a pool has room. */
  wakeAll(): void {
    this.#searchTicker.wake();
    this.#relayTicker.wake();
  }

  /** A trial has reached an iteration with an objective. @returns whether the search wants it stopped */
  observe(attempt: Observed): Promise<boolean> {
    return this.#searches.observe(attempt);
  }

  /** Where a sweep's search stands; null when it is over, or there is none. */
  outlook(sweepId: number): Promise<Outlook | null> {
    return this.#searches.outlook(sweepId);
  }

  /** Safe to call twice. */
  async stop(): Promise<void> {
    const tickers = [this.#reconcileTicker, this.#reapTicker, this.#searchTicker, this.#relayTicker];
    await Promise.all(tickers.map((ticker) => ticker.stop()));
    await this.#leader.stop();
  }

  async #publish(): Promise<void> {
    const nats = this.params.link.current;
    if (!nats || !this.#streamReady || !this.#leader.term) return;
    await this.#relay.run(nats);
  }

  #elected(): void {
    this.#relay.forget();
    this.#reconcileTicker.wake();
    this.#searchTicker.wake();
  }

  async #search(): Promise<void> {
    const { db, tunables } = this.params;
    if (!this.#leader.term) return;
    const sweeps = await searchingSweeps(db, tunables.leaseTtlMs);
    this.#searches.keepOnly(sweeps);
    for (const sweep of sweeps) {
      const term = this.#leader.term;
      if (!term) return;
      if (this.#searches.isDue(sweep)) await this.#advance(sweep, term);
    }
  }

  async #advance(sweep: SearchingSweep, term: LeaderTerm): Promise<void> {
    const { changes, log } = this.params;
    const { sweepId } = sweep;
    try {
      const { trialIds, over } = await this.#searches.advance(sweep, term);
      if (trialIds.length > 0) this.wake();
      if (over !== null) await this.#close(sweepId);
      if (trialIds.length > 0 || over !== null) changes.touch({ sweepId, trialIds });
      if (sweep.problem !== null) await this.#note(sweepId, null);
    } catch (error) {
      // One search that can't go on must not hold up the others.
      log('warn', 'search does not go on', { sweepId, reason: reasonOf(error) });
      if (error instanceof StuckSearch) await this.#stuck(sweep, error);
    }
  }

  /** Shown, and tried again; but its limit of time holds, which it can't be told any more. */
  async #stuck({ sweepId, late }: SearchingSweep, error: StuckSearch): Promise<void> {
    const reason = reasonOf(error);
    if (!late) return this.#note(sweepId, reason);
    await endSearch(this.params.db, sweepId, `${OUT_OF_TIME}; before that, ${reason}`);
    await this.#close(sweepId);
    this.params.changes.touch({ sweepId });
  }

  async #note(sweepId: number, problem: string | null): Promise<void> {
    const { db, changes } = this.params;
    const shown = problem === null ? null : `the search does not go on: ${problem}`.slice(0, 1_000);
    if (await noteProblem(db, sweepId, shown)) changes.touch({ sweepId });
  }

  async #close(sweepId: number | null): Promise<void> {
    const { db, changes } = this.params;
    for (const { id, sweepId: of } of await stopOpenTrials(db, sweepId))
      changes.touch({ sweepId: of, trialIds: [id] });
    for (const finished of await finishSweeps(db, sweepId)) changes.touch({ sweepId: finished });
    this.wake();
  }

  async #reap(): Promise<void> {
    const { db, changes, log } = this.params;
    const term = this.#leader.term;
    if (!term) return this.#reaper.rest();
    const reaped = await this.#reaper.run(term);
    for (const { trialId, sweepId, state } of reaped) {
      log('warn', 'lease ran out', { trialId, state });
      changes.touch({ sweepId, trialIds: [trialId] });
    }
    if (reaped.length > 0) this.wakeAll();
    for (const sweepId of new Set(reaped.map((trial) => trial.sweepId))) {
      if ((await finishSweeps(db, sweepId)).length > 0) changes.touch({ sweepId });
    }
  }

  async #reconcile(): Promise<void> {
    const { db, link, tunables, log } = this.params;
    if (!this.#leader.term) return;
    await this.#close(null);
    const nats = link.current;
    if (!nats) return;
    const { republished, purged } = await reconcile(db, nats, tunables.ackWaitMs);
    this.#streamReady = true;
    this.wake();
    if (republished + purged > 0) log('info', 'stream reconciled', { republished, purged });
  }

  /** For a pool that is new to NATS: a worker about to register there. Does nothing while NATS is away. */
  async ensurePools(): Promise<void> {
    const { db, link, tunables } = this.params;
    if (link.current) await ensureJetStream(db, link.current, tunables.ackWaitMs);
  }
}
