/** Leads or waits to lead: holds the lease row's current term, and says so when it is won or lost. */
import type { Database } from '@adt/prisma/client';
import { type Log, reasonOf } from '../log.js';
import {
  acquireLeadership,
  isLed,
  type LeaderTerm,
  renewLeadership,
  resignLeadership,
} from '../store/leader.js';
import type { Tunables } from '../tunables.js';
import { Ticker } from './ticker.js';

export class Leader {
  #term: LeaderTerm | null = null;
  /** Monotonic milliseconds of the last successful renewal. */
  #renewedAt = 0;
  readonly #ticker: Ticker;

  constructor(
    private readonly params: {
      db: Database;
      holder: string;
      tunables: Tunables;
      log: Log;
      onElected: () => void;
    },
  ) {
    this.#ticker = new Ticker({
      everyMs: Math.min(params.tunables.leaderRenewMs, params.tunables.leaderWatchMs),
      work: () => this.#tick(),
      ...params,
    });
  }

  /** The running term; null while another one leads, or when our own renewals have failed for a TTL. */
  get term(): LeaderTerm | null {
    return performance.now() - this.#renewedAt < this.params.tunables.leaderTtlMs ? this.#term : null;
  }

  /** Tries to lead at once; resolves after the first try. */
  start(): Promise<void> {
    return this.#ticker.start();
  }

  /** Steps down, so that another one can take over at once. */
  async stop(): Promise<void> {
    await this.#ticker.stop();
    const term = this.#term;
    this.#term = null;
    if (term) {
      await resignLeadership(this.params.db, term).catch((error) =>
        this.params.log('warn', 'could not step down', { reason: reasonOf(error) }),
      );
    }
  }

  async #tick(): Promise<void> {
    const { db, tunables, log } = this.params;
    if (this.#term && performance.now() - this.#renewedAt < tunables.leaderRenewMs) return;
    // Before the statement, so that a slow reply shortens our idea of the term and never lengthens it.
    const asked = performance.now();
    if (this.#term && (await renewLeadership(db, this.#term, tunables.leaderTtlMs))) {
      this.#renewedAt = asked;
      return;
    }
    if (this.#term) log('warn', 'leadership is lost', { term: this.#term.term });
    this.#term = null;
    if (await isLed(db)) return;
    this.#term = await acquireLeadership(db, { holder: this.params.holder, ...tunables });
    if (!this.#term) return;
    this.#renewedAt = asked;
    log('info', 'leading', { term: this.#term.term });
    this.params.onElected();
  }
}
