/** Starts and stops what schedules: leader, searches, relay, reaper, reconciler. Only the leader's ones do anything. */
import type { Database } from '@adt/prisma/client';
import type { Changes } from '../live/changes.js';
import { type Log, reasonOf } from '../log.js';
import type { NatsLink } from '../nats/link.js';
import type { Planner } from '../planning/planner.js';
import type { LeaderTerm } from '../store/leader.js';
import { dropAbsent, dropSentHints } from '../store/leftovers.js';
import { endSearch, noteProblem, type SearchingSweep, searchingSweeps } from '../store/searchLog.js';
import { finishSweeps, stopOpenTrials } from '../store/sweeps.js';
import { ABSENT_EVERY_MS, KEPT_FOR, type Tunables } from '../tunables.js';
import { sweepCheckpoints } from './checkpointSweep.js';
import { Janitor } from './janitor.js';
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
  planner: Planner;
};

/**
 * Relay and searches are woken by every claim and every end, hundreds a second; what comes within this goes together.
 * Far below what a window of hints lasts: two a slot, of trainings of a tenth of a second.
 */
const REST_MS = 25;

export class Scheduler {
  readonly #leader: Leader;
  readonly #reaper: Reaper;
  readonly #janitor: Janitor;
  readonly #relay: Relay;
  readonly #searches: Searches;
  readonly #searchTicker: Ticker;
  readonly #relayTicker: Ticker;
  readonly #reapTicker: Ticker;
  readonly #reconcileTicker: Ticker;
  readonly #cleanTicker: Ticker;
  /** The stream is known to exist on this connection; publishing earlier would only fail. */
  #streamReady = false;
  /** Monotonic milliseconds before which nobody need be looked for who is gone. */
  #absentAt = 0;

  constructor(private readonly params: SchedulerParams) {
    const { db, tunables, log } = params;
    const every = (everyMs: number, work: () => Promise<void>, restMs = 0) =>
      new Ticker({ everyMs, restMs, work, log });
    this.#leader = new Leader({ ...params, onElected: () => this.#elected() });
    this.#reaper = new Reaper({ db, tunables });
    this.#janitor = new Janitor({ db, graceMs: tunables.pruneGraceMs });
    this.#relay = new Relay({ db, leaseTtlMs: tunables.leaseTtlMs });
    this.#searches = new Searches({
      db,
      retryMs: tunables.searchRetryMs,
      restore: (text) => params.planner.run('stored', text),
    });
    this.#searchTicker = every(tunables.searchEveryMs, () => this.#search(), REST_MS);
    this.#relayTicker = every(tunables.relayEveryMs, () => this.#publish(), REST_MS);
    this.#reapTicker = every(tunables.reapEveryMs, () => this.#reap());
    this.#reconcileTicker = every(tunables.reconcileEveryMs, () => this.#reconcile());
    this.#cleanTicker = every(tunables.cleanEveryMs, () => this.#clean());
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
    void this.#cleanTicker.start();
  }

  /** The term in which this process leads; null: another one does. */
  get term(): LeaderTerm | null {
    return this.#leader.term;
  }

  /** The outbox has something to send, or a pool has room for more. */
  wake(): void {
    this.#relayTicker.wake();
  }

  /** A sweep was deleted: its points are to go. */
  wakeJanitor(): void {
    this.#cleanTicker.wake();
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
    const tickers = [
      this.#cleanTicker,
      this.#reconcileTicker,
      this.#reapTicker,
      this.#searchTicker,
      this.#relayTicker,
    ];
    await Promise.all(tickers.map((ticker) => ticker.stop()));
    await this.#leader.stop();
  }

  async #publish(): Promise<void> {
    const nats = this.params.link.current;
    if (!nats || !this.#streamReady || !this.#leader.term) return;
    await this.#relay.run(nats, () => this.#leader.term);
  }

  #elected(): void {
    // Another one has led since: what a search was left with then, and which hints are out, is not known here.
    this.#searches.keepOnly([]);
    this.#relay.forget();
    this.#reconcileTicker.wake();
    this.#searchTicker.wake();
    this.#cleanTicker.wake();
  }

  async #clean(): Promise<void> {
    const cleaned = await this.#janitor.run(() => this.#leader.term);
    if (Object.values(cleaned).some((count) => count > 0)) this.params.log('info', 'cleaned', cleaned);
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
      if (over !== null) await this.#close(sweepId, term);
      if (trialIds.length > 0 || over !== null) changes.touch({ sweepId, trialIds });
      if (sweep.problem !== null) await this.#note(sweepId, null, term);
    } catch (error) {
      // One search that can't go on must not hold up the others.
      log('warn', 'search does not go on', { sweepId, reason: reasonOf(error) });
      if (error instanceof StuckSearch) await this.#stuck(sweep, error, term);
    }
  }

  /** Shown, and tried again; but its limit of time holds, which it can't be told any more. */
  async #stuck({ sweepId, late }: SearchingSweep, error: StuckSearch, leader: LeaderTerm): Promise<void> {
    const reason = reasonOf(error);
    if (!late) return this.#note(sweepId, reason, leader);
    const shown = `${OUT_OF_TIME}; before that, ${reason}`;
    await endSearch(this.params.db, { sweepId, reason: shown, leader });
    await this.#close(sweepId, leader);
    this.params.changes.touch({ sweepId });
  }

  async #note(sweepId: number, problem: string | null, leader: LeaderTerm): Promise<void> {
    const { db, changes } = this.params;
    const shown = problem === null ? null : `the search does not go on: ${problem}`.slice(0, 1_000);
    if (await noteProblem(db, { sweepId, problem: shown, leader })) changes.touch({ sweepId });
  }

  async #close(sweepId: number | null, leader: LeaderTerm): Promise<void> {
    const { db, changes } = this.params;
    for (const { id, sweepId: of } of await stopOpenTrials(db, sweepId, leader))
      changes.touch({ sweepId: of, trialIds: [id] });
    for (const finished of await finishSweeps(db, sweepId, leader)) changes.touch({ sweepId: finished });
    this.wake();
  }

  async #reap(): Promise<void> {
    const { db, changes, log } = this.params;
    const term = this.#leader.term;
    if (!term) return this.#reaper.rest();
    const reaped = await this.#reaper.run(term);
    for (const { trialId, epoch, sweepId, state } of reaped) {
      log('warn', 'lease ran out', { trialId, epoch, sweepId, state });
      changes.touch({ sweepId, trialIds: [trialId] });
    }
    if (reaped.length > 0) this.wakeAll();
    for (const sweepId of new Set(reaped.map((trial) => trial.sweepId))) {
      if ((await finishSweeps(db, sweepId, term)).length > 0) changes.touch({ sweepId });
    }
  }

  async #reconcile(): Promise<void> {
    const { db, link, tunables, log } = this.params;
    const term = this.#leader.term;
    if (!term) return;
    await this.#close(null, term);
    await this.#tidy();
    const nats = link.current;
    if (!nats) return;
    const leads = () => this.#leader.term !== null;
    const { republished, purged } = await reconcile(db, nats, { ackWaitMs: tunables.ackWaitMs, leads });
    this.#streamReady = true;
    this.wake();
    if (republished + purged > 0) log('info', 'stream reconciled', { republished, purged });
    const swept = await sweepCheckpoints(db, nats);
    if (swept > 0) log('debug', 'checkpoints removed', { objects: swept });
  }

  /** Away with rows that have done their work. */
  async #tidy(): Promise<void> {
    const { db } = this.params;
    await dropSentHints(db, () => this.#leader.term, KEPT_FOR.sentHintMs);
    const term = this.#leader.term;
    if (!term || performance.now() < this.#absentAt) return;
    await dropAbsent(db, term, KEPT_FOR);
    this.#absentAt = performance.now() + ABSENT_EVERY_MS;
  }

  /** For a pool that is new to NATS: a worker about to register there. Does nothing while NATS is away. */
  async ensurePools(): Promise<void> {
    const { db, link, tunables } = this.params;
    if (link.current) await ensureJetStream(db, link.current, tunables.ackWaitMs);
  }
}
