/** Tells who listens, here and in the other coordinators, what has been committed. */
import type { LivePoint } from '@adt/proto/live';
import { CHANGE_SUBJECT } from '@adt/proto/subjects';
import { type Log, reasonOf } from '../log.js';
import type { Nats, NatsLink } from '../nats/link.js';

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

/** `foreign`: another coordinator committed it. */
export type ChangeListener = (change: Change, foreign: boolean) => void;

export class Changes {
  #listeners: ChangeListener[] = [];
  #subscribedTo: Nats['connection'] | null = null;

  /** @param params.holder unique to this process: tells our own messages from the others' */
  constructor(private readonly params: { link: NatsLink; holder: string; log: Log }) {
    params.link.onConnect((nats) => this.#listen(nats));
  }

  onChange(listener: ChangeListener): void {
    this.#listeners.push(listener);
  }

  /** To be called after COMMIT. */
  touch(change: Pick<Change, 'sweepId'> & Partial<Change>): void {
    const whole = { trialIds: [], points: [], objective: '', committedMs: Date.now(), ...change };
    this.#tell(whole, false);
    this.#tellOthers(whole);
  }

  /** Other coordinators only keep their browsers' view fresh by this: a lost message costs no correctness. */
  #tellOthers(change: Change): void {
    const { link, holder, log } = this.params;
    try {
      link.current?.connection.publish(CHANGE_SUBJECT, JSON.stringify({ ...change, from: holder }));
    } catch (error) {
      log('debug', 'other coordinators were not told', { reason: reasonOf(error) });
    }
  }

  #tell(change: Change, foreign: boolean): void {
    for (const listener of this.#listeners) listener(change, foreign);
  }

  /** Once a connection: the client renews its subscriptions itself when it reconnects. */
  #listen({ connection }: Nats): void {
    if (this.#subscribedTo === connection) return;
    this.#subscribedTo = connection;
    connection.subscribe(CHANGE_SUBJECT, {
      callback: (error, message) => {
        if (error) return this.params.log('warn', 'changes are not heard', { reason: reasonOf(error) });
        const { from, ...change } = message.json<Change & { from: string }>();
        if (from !== this.params.holder) this.#tell(change, true);
      },
    });
  }
}
