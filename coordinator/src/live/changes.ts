/** Tells who listens, here and in the other coordinators, what has been committed. */

import { QUERY_TIMEOUT_MS } from '@adt/prisma/client';
import type { LivePoint } from '@adt/proto/live';
import { CHANGE_SUBJECT } from '@adt/proto/subjects';
import { z } from 'zod';
import { type Log, reasonOf } from '../log.js';
import type { Nats, NatsLink } from '../nats/link.js';
import { Doubt } from './doubt.js';
import { Hearing } from './hearing.js';

/** Something of a sweep has changed in Postgres. Rows are read there; only points ride along. */
export type Change = {
  sweepId: number;
  trialIds: readonly number[];
  points: readonly LivePoint[];
  /** Metric that ranks the trials of `points`. */
  objective: string;
  /** Milliseconds since 1970. */
  committedMs: number;
};

/** As it travels: who told it, and its number among all that he told. */
type Message = Change & { from?: string; number?: number };

const id = z.int().min(1);
/** Whoever has the token of NATS can publish, a coordinator of another version for one. */
const messageSchema: z.ZodType<Message> = z.object({
  sweepId: id,
  trialIds: z.array(id),
  points: z.array(
    z.object({ trialId: id, epoch: id, metric: z.string(), step: id, value: z.number().nullable() }),
  ),
  objective: z.string(),
  committedMs: z.number(),
  from: z.string().optional(),
  number: id.optional(),
});

/** `foreign`: another coordinator committed it. */
export type ChangeListener = (change: Change, foreign: boolean) => void;

/**
 * What is told within this goes to NATS in one write, not in one of its own each: a claim, a batch and an end are three.
 * Far below the interval of deltas.
 */
const TELL_MS = 5;

export class Changes {
  #listeners: ChangeListener[] = [];
  readonly #hearing = new Hearing();
  readonly #doubt = new Doubt({ settledMs: QUERY_TIMEOUT_MS });
  #onMissed: () => void = () => {};
  #told = 0;
  #unsent: Message[] = [];
  #subscribedTo: Nats['connection'] | null = null;

  /** @param params.holder unique to this process */
  constructor(private readonly params: { link: NatsLink; log: Log; holder: string }) {
    params.link.onConnect((nats) => this.#listen(nats));
  }

  onChange(listener: ChangeListener): void {
    this.#listeners.push(listener);
  }

  /** Calls back when changes, of this coordinator or of others, did not come through: nobody knows which. */
  onMissed(listener: () => void): void {
    this.#onMissed = listener;
  }

  /** Changes that this process has told so far. */
  get told(): number {
    return this.#told;
  }

  /** To be called when a statement got no answer: who asks again hears that it is done, and nobody tells of it. */
  unanswered(): void {
    this.#doubt.raise(performance.now());
  }

  /** Compares what came with what the others say they told, which they wrote to Postgres. To be called now and then. */
  compare(told: ReadonlyMap<string, number>): void {
    const isOld = this.#hearing.look(told);
    const isDoubted = this.#doubt.due(performance.now());
    // A number without a message makes the others look anew too.
    if (isDoubted) this.#told += 1;
    if (isOld || isDoubted) this.#onMissed();
  }

  /** To be called after COMMIT. */
  touch(change: Pick<Change, 'sweepId'> & Partial<Change>): void {
    const whole = { trialIds: [], points: [], objective: '', committedMs: Date.now(), ...change };
    this.#tell(whole, false);
    this.#tellOthers(whole);
  }

  /**
   * Other coordinators only keep their browsers' view fresh by this: a lost message costs no correctness, and they find
   * out by its number.
   */
  #tellOthers(change: Change): void {
    this.#told += 1;
    this.#unsent.push({ ...change, from: this.params.holder, number: this.#told });
    if (this.#unsent.length === 1) setTimeout(() => this.#send(), TELL_MS).unref();
  }

  /** The client writes at once whatever it is given within one turn of the event loop. */
  #send(): void {
    const { link, log } = this.params;
    const messages = this.#unsent;
    this.#unsent = [];
    try {
      for (const message of messages)
        link.current?.connection.publish(CHANGE_SUBJECT, JSON.stringify(message));
    } catch (error) {
      log('debug', 'other coordinators were not told', { reason: reasonOf(error) });
    }
  }

  #tell(change: Change, foreign: boolean): void {
    for (const listener of this.#listeners) listener(change, foreign);
  }

  /**
   * Once a connection: the client renews its subscriptions itself when it reconnects. What we publish does not come
   * back (noEcho).
   */
  #listen({ connection }: Nats): void {
    if (this.#subscribedTo === connection) return;
    this.#subscribedTo = connection;
    connection.subscribe(CHANGE_SUBJECT, {
      callback: (error, message) => {
        if (error) return this.params.log('warn', 'changes are not heard', { reason: reasonOf(error) });
        this.#hear(message.string());
      },
    });
  }

  /** Never throws: in the client's callback that would end the reading of the whole connection. */
  #hear(text: string): void {
    try {
      const { from, number, ...change } = messageSchema.parse(JSON.parse(text));
      const isWhole = from === undefined || number === undefined || this.#hearing.hear(from, number);
      this.#tell(change, true);
      if (!isWhole) this.#onMissed();
    } catch (error) {
      this.params.log('warn', 'a change that makes no sense', { reason: reasonOf(error).slice(0, 200) });
    }
  }
}
