/** Heartbeats of workers that have no lease: those that come about together are one statement. */
import type { Database } from '@adt/prisma/client';
import type { MachineLoad } from '../store/claims.js';
import { touchWorkers } from '../store/workers.js';

/** An answer may wait for so long: a fraction of any heartbeat interval, and of 200 workers ten come within it. */
const GATHER_MS = 250;

/** Null: nobody knows such a worker. */
export type IdleAnswer = { drain: boolean } | null;
type Call = { resolve(answer: IdleAnswer): void; reject(error: unknown): void };
type Waiting = { load: MachineLoad | null; calls: Call[] };

export class IdleBeats {
  #waiting = new Map<string, Waiting>();

  constructor(private readonly db: Database) {}

  /** Says that a worker lives, how busy its machine is, and that it does not drain by itself. */
  beat(workerId: string, load: MachineLoad | null): Promise<IdleAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.size === 0) setTimeout(() => void this.#send(), GATHER_MS);
      const calls = this.#waiting.get(workerId)?.calls ?? [];
      this.#waiting.set(workerId, { load, calls: [...calls, { resolve, reject }] });
    });
  }

  async #send(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = new Map();
    try {
      const beats = [...waiting].map(([id, { load }]) => ({ id, load }));
      const known = new Map((await touchWorkers(this.db, beats)).map(({ id, drain }) => [id, { drain }]));
      for (const [id, { calls }] of waiting) for (const { resolve } of calls) resolve(known.get(id) ?? null);
    } catch (error) {
      for (const { calls } of waiting.values()) for (const { reject } of calls) reject(error);
    }
  }
}
