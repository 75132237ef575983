/** How often one client may do something: a token bucket for each, bounded in number. */

/** `burst` at once, then one each `everyMs`. */
export type Rate = { burst: number; everyMs: number };

type Bucket = { tokens: number; atMs: number };

export class RateLimit {
  readonly #buckets = new Map<string, Bucket>();

  constructor(
    private readonly rate: Rate,
    private readonly maxClients = 10_000,
  ) {}

  /** Takes one. @returns 0 when it may go on, else the milliseconds until it may */
  take(client: string, nowMs = performance.now()): number {
    const { burst, everyMs } = this.rate;
    const before = this.#buckets.get(client) ?? { tokens: burst, atMs: nowMs };
    const tokens = Math.min(burst, before.tokens + (nowMs - before.atMs) / everyMs);
    const allowed = tokens >= 1;
    // Set anew, so that the map's order is by last use.
    this.#buckets.delete(client);
    this.#buckets.set(client, { tokens: allowed ? tokens - 1 : tokens, atMs: nowMs });
    this.#dropOldest();
    return allowed ? 0 : Math.ceil((1 - tokens) * everyMs);
  }

  #dropOldest(): void {
    if (this.#buckets.size <= this.maxClients) return;
    const oldest = this.#buckets.keys().next();
    if (!oldest.done) this.#buckets.delete(oldest.value);
  }
}
