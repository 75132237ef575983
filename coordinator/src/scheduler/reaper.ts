/** Takes trials from workers that have gone silent, but never for an outage of our own. */
import type { Database } from '@adt/prisma/client';
import type { TrialStateName } from '@adt/proto/trialState';
import { expiredAttempts } from '../store/attempts.js';
import { grantAmnesty, type LeaderTerm } from '../store/leader.js';
import { finishAttempt } from '../trial/finish.js';
import type { Tunables } from '../tunables.js';

export type Reaped = { trialId: number; epoch: number; sweepId: number; state: TrialStateName };

/** Trials reaped in one run; a bigger outage takes several. */
const BATCH = 500;

export class Reaper {
  /** Monotonic milliseconds at which the last run that could see Postgres began. */
  #lastRun = performance.now();

  constructor(private readonly params: { db: Database; tunables: Tunables }) {}

  /**
   * Requeues or fails what has expired. When the last good run began long ago, heartbeats may have had nowhere to go
   * (Postgres away, this process frozen): then all leases are extended first and nothing is reaped.
   */
  async run(term: LeaderTerm): Promise<Reaped[]> {
    const { db, tunables } = this.params;
    const began = performance.now();
    const expired = await expiredAttempts(db, BATCH);
    // Asked after the query: it may itself have hung through the outage, and would then report everybody expired.
    // A third of a lease leaves the rest for the age it had before and for the first heartbeat afterwards.
    const silentMs = performance.now() - this.#lastRun;
    this.#lastRun = began;
    if (silentMs > tunables.leaseTtlMs / 3) {
      await grantAmnesty(db, term, tunables.leaseTtlMs);
      this.#lastRun = performance.now();
      return [];
    }
    const reaped: Reaped[] = [];
    for (const { trialId, epoch } of expired) {
      const end = await finishAttempt(db, {
        trialId,
        epoch,
        ending: { kind: 'lost' },
        lastSeq: null,
        reaper: term,
      });
      if (end.kind === 'moved') reaped.push({ trialId, epoch, sweepId: end.sweepId, state: end.state });
    }
    return reaped;
  }

  /** Not leading: time does not count. */
  rest(): void {
    this.#lastRun = performance.now();
  }
}
