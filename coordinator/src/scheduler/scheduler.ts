/** Starts and stops what schedules: leader, relay, reaper, reconciler. Only the leader's ones do anything. */
import type { Database } from '@adt/prisma/client';
import type { Changes } from '../live/changes.js';
import type { Log } from '../log.js';
import type { NatsLink } from '../nats/link.js';
import { finishSweeps } from '../store/sweeps.js';
import type { Tunables } from '../tunables.js';
import { Leader } from './leader.js';
import { Reaper } from './reaper.js';
import { ensureJetStream, reconcile } from './reconciler.js';
import { relayOutbox } from './relay.js';
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

export class Scheduler {
  readonly #leader: Leader;
  readonly #reaper: Reaper;
  readonly #relayTicker: Ticker;
  readonly #reapTicker: Ticker;
  readonly #reconcileTicker: Ticker;
  /** The stream is known to exist on this connection; publishing earlier would only fail. */
  #streamReady = false;

  constructor(private readonly params: SchedulerParams) {
    const { db, tunables, log } = params;
    const every = (everyMs: number, work: () => Promise<void>) => new Ticker({ everyMs, work, log });
    this.#leader = new Leader({ ...params, onElected: () => this.#reconcileTicker.wake() });
    this.#reaper = new Reaper({ db, tunables });
    this.#relayTicker = every(tunables.relayEveryMs, () => this.#relay());
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
    void this.#relayTicker.start();
    void this.#reapTicker.start();
  }

  /** The outbox has something to send. */
  wake(): void {
    this.#relayTicker.wake();
  }

  /** Safe to call twice. */
  async stop(): Promise<void> {
    await Promise.all([this.#reconcileTicker.stop(), this.#reapTicker.stop(), this.#relayTicker.stop()]);
    await this.#leader.stop();
  }

  async #relay(): Promise<void> {
    const nats = this.params.link.current;
    if (!nats || !this.#streamReady || !this.#leader.term) return;
    await relayOutbox(this.params.db, nats, () => this.#leader.term !== null);
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
    if (reaped.some(({ state }) => state === 'QUEUED')) this.wake();
    for (const sweepId of new Set(reaped.map((trial) => trial.sweepId))) {
      if ((await finishSweeps(db, sweepId)).length > 0) changes.touch({ sweepId });
    }
  }

  async #reconcile(): Promise<void> {
    const { db, link, changes, tunables, log } = this.params;
    if (!this.#leader.term) return;
    for (const sweepId of await finishSweeps(db, null)) changes.touch({ sweepId });
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
