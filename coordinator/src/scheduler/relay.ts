/** Publishes hints from the outbox to JetStream: at least once, de-duplicated there by `<trial>:<epoch>`. */
import type { Database } from '@adt/prisma/client';
import { hintId, trialSubject } from '@adt/proto/subjects';
import type { Nats } from '../nats/link.js';
import { isAlreadyThere } from '../nats/streams.js';
import type { LeaderTerm } from '../store/leader.js';
import {
  dropStaleHints,
  type Hint,
  hintedTrials,
  markSent,
  type OutboxRow,
  sweepDemands,
  unsentHints,
} from '../store/outbox.js';
import { type Credits, fairShare } from './fairShare.js';

/** Publishes in flight at once. */
const BATCH = 500;
/** Unclaimed hints of a pool: enough that no slot waits for the relay, few enough that a new sweep's turn comes soon. */
const WINDOW = { perSlot: 2, least: 8 };
/** Looking for stale rows goes over all that are unsent: it rests for so many times what it took. */
const DROP_REST = 50;

export class Relay {
  /** What each sweep is owed, by pool. */
  readonly #credits = new Map<string, Credits>();
  /**
   * Epoch by trial of the hints that are out; claimed ones go at the next look. Null: not known. Kept here because in
   * Postgres only counting all that is queued would tell.
   */
  #hinted: Map<number, number> | null = null;
  /** Monotonic milliseconds. */
  #dropAt = 0;

  constructor(private readonly params: { db: Database; leaseTtlMs: number }) {}

  /** Another coordinator has led, and published. */
  forget(): void {
    this.#hinted = null;
  }

  /**
   * Fills every pool's window of hints, sweep by sweep as their shares say. A crash between publish and mark publishes
   * again: the server drops the repeat, and beyond its de-duplication window the trial's subject is either full or the
   * claim is refused.
   * @param reign asked anew before each batch: a leader that was frozen must not publish what its successor looks after
   * @throws the first publish that failed, after marking those that did not
   */
  async run(nats: Nats, reign: () => LeaderTerm | null): Promise<void> {
    const { db, leaseTtlMs } = this.params;
    const term = reign();
    if (!term) return;
    await this.#dropStale(term);
    const hinted = this.#hinted ?? epochs(await hintedTrials(db));
    this.#hinted = hinted;
    const demands = await sweepDemands(db, hinted, WINDOW, leaseTtlMs);
    keepOnly(hinted, new Set(demands.flatMap(({ hintedIds }) => hintedIds)));
    for (const pool of new Set(demands.map((demand) => demand.pool))) {
      const sweeps = demands.filter((demand) => demand.pool === pool);
      if (!sweeps.some(({ waiting }) => waiting > 0)) continue;
      const window = Math.max(WINDOW.least, WINDOW.perSlot * (sweeps[0]?.slots ?? 0));
      const { hints, credits } = fairShare({ sweeps, window, credits: this.#credits.get(pool) ?? new Map() });
      this.#credits.set(pool, credits);
      await publishAll(db, nats, { hints: await unsentHints(db, hints), hinted, reign });
    }
  }

  async #dropStale(term: LeaderTerm): Promise<void> {
    const began = performance.now();
    if (began < this.#dropAt) return;
    await dropStaleHints(this.params.db, term);
    const end = performance.now();
    this.#dropAt = end + DROP_REST * (end - began);
  }
}

function epochs(hints: readonly Hint[]): Map<number, number> {
  return new Map(hints.map(({ trialId, epoch }) => [trialId, epoch]));
}

function keepOnly(hinted: Map<number, number>, ids: ReadonlySet<number>): void {
  for (const id of hinted.keys()) if (!ids.has(id)) hinted.delete(id);
}

/** @param hinted gains those that are out */
async function publishAll(
  db: Database,
  nats: Nats,
  params: { hints: readonly OutboxRow[]; hinted: Map<number, number>; reign: () => LeaderTerm | null },
): Promise<void> {
  const { hints, hinted, reign } = params;
  for (let at = 0; at < hints.length; at += BATCH) {
    const term = reign();
    if (!term) return;
    const batch = hints.slice(at, at + BATCH);
    const results = await Promise.allSettled(batch.map((hint) => publishOnce(nats, hint)));
    const done = batch.filter((_, index) => results[index]?.status === 'fulfilled');
    for (const { trialId, epoch } of done) hinted.set(trialId, epoch);
    if (done.length > 0)
      await markSent(
        db,
        done.map(({ id }) => id),
        term,
      );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }
}

/** A hint that came back has an id of its own: the server would take it for a repeat of the first and drop it. */
function publishOnce(nats: Nats, hint: OutboxRow): Promise<void> {
  const id = hintId(hint.trialId, hint.epoch);
  return publishHint(nats, hint, hint.returned === 0 ? id : `${id}:${hint.returned}`);
}

/** @param msgID de-duplication id; without one the only guard is one message a subject */
export async function publishHint(nats: Nats, hint: Hint, msgID?: string): Promise<void> {
  const payload = JSON.stringify({ trialId: hint.trialId, epoch: hint.epoch });
  try {
    await nats.js.publish(
      trialSubject(hint.pool, hint.trialId),
      payload,
      msgID === undefined ? {} : { msgID },
    );
  } catch (error) {
    if (!isAlreadyThere(error)) throw error;
  }
}
