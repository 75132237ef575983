/** Heartbeats of workers that have no lease: those that come about together are one statement. */
import type { Database } from '@adt/prisma/client';
import { touchWorkers } from '../store/workers.js';

/** An answer may wait for so long: a fraction of any heartbeat interval, and of 200 workers ten come within it. */
const GATHER_MS = 250;

type Waiting = { resolve(known: boolean): void; reject(error: unknown): void };

export class IdleBeats {
  #waiting = new Map<string, Waiting[]>();

  constructor(private readonly db: Database) {}

  /** Says that a worker lives and is not draining. @returns whether it is known */
  beat(workerId: string): Promise<boolean> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.size === 0) setTimeout(() => void this.#send(), GATHER_MS);
      const others = this.#waiting.get(workerId) ?? [];
      this.#waiting.set(workerId, [...others, { resolve, reject }]);
    });
  }

  async #send(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = new Map();
    try {
      const known = new Set(await touchWorkers(this.db, [...waiting.keys()]));
      for (const [id, calls] of waiting) for (const { resolve } of calls) resolve(known.has(id));
    } catch (error) {
      for (const { reject } of [...waiting.values()].flat()) reject(error);
    }
  }
}
