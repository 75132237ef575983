/** Takes trials from workers that have gone silent, but never for an outage of our own. */
import type { Database } from '@adt/prisma/client';
import type { TrialStateName } from '@adt/proto/trialState';
import { expiredAttempts } from '../store/attempts.js';
import { grantAmnesty, type LeaderTerm } from '../store/leader.js';
import { finishAttempt } from '../trial/finish.js';
import type { Tunables } from '../tunables.js';

export type Reaped = { trialId: number; sweepId: number; state: TrialStateName };

/** Trials reaped in one run; a bigger outage takes several. */
const BATCH = 500;

export class Reaper {
  /** Monotonic milliseconds of the last run that could see Postgres. */
  #lastRun = performance.now();

  constructor(private readonly params: { db: Database; tunables: Tunables }) {}

  /**
   * Requeues or fails what has expired. When the last good run is long ago, heartbeats may have had nowhere to go
   * (Postgres away, this process frozen): then all leases are extended first and nothing is reaped.
   */
  async run(term: LeaderTerm): Promise<Reaped[]> {
    const { db, tunables } = this.params;
    const silentMs = performance.now() - this.#lastRun;
    if (silentMs > tunables.reapEveryMs + tunables.heartbeatMs) {
      await grantAmnesty(db, term, tunables.leaseTtlMs);
      this.#lastRun = performance.now();
      return [];
    }
    const expired = await expiredAttempts(db, BATCH);
    const reaped: Reaped[] = [];
    for (const { trialId, epoch } of expired) {
      const end = await finishAttempt(db, {
        trialId,
        epoch,
        ending: { kind: 'lost' },
        lastSeq: null,
        reaper: term,
      });
      if (end.kind === 'moved') reaped.push({ trialId, sweepId: end.sweepId, state: end.state });
    }
    this.#lastRun = performance.now();
    return reaped;
  }

  /** Not leading: time does not count. */
  rest(): void {
    this.#lastRun = performance.now();
  }
}
