/** How often one client may do something: a burst, then one each while; clients bounded in number. */

/** `burst` at once, then one each `everyMs`. */
export type Rate = { burst: number; everyMs: number };

export class RateLimit {
  /** Of each client: when all that it took would be earned back. (The generic cell rate algorithm: exact in whole ms.) */
  readonly #earnedBackMs = new Map<string, number>();

  constructor(
    private readonly rate: Rate,
    private readonly maxClients = 10_000,
  ) {}

  /** Takes one. @returns 0 when it may go on, else the milliseconds until it may */
  take(client: string, nowMs = performance.now()): number {
    const { burst, everyMs } = this.rate;
    const earnedBackMs = Math.max(this.#earnedBackMs.get(client) ?? nowMs, nowMs);
    const waitMs = Math.max(0, Math.ceil(earnedBackMs - (burst - 1) * everyMs - nowMs));
    this.#set(client, waitMs === 0 ? earnedBackMs + everyMs : earnedBackMs);
    return waitMs;
  }

  /** Gives back what `take` let through: it was not one of those that are to be few. */
  giveBack(client: string): void {
    const earnedBackMs = this.#earnedBackMs.get(client);
    if (earnedBackMs !== undefined) this.#earnedBackMs.set(client, earnedBackMs - this.rate.everyMs);
  }

  /** Keeps the map in the order of last use, and forgets the oldest. */
  #set(client: string, earnedBackMs: number): void {
    this.#earnedBackMs.delete(client);
    this.#earnedBackMs.set(client, earnedBackMs);
    if (this.#earnedBackMs.size <= this.maxClients) return;
    const oldest = this.#earnedBackMs.keys().next();
    if (!oldest.done) this.#earnedBackMs.delete(oldest.value);
  }
}
