/** Remembers statements that got no answer, until what they may have committed is sure to be seen. Pure. */

export class Doubt {
  #unseen = false;
  #settledAt: number | null = null;

  /** @param params.settledMs a statement that nobody hears from has ended by then, one way or the other */
  constructor(private readonly params: { settledMs: number }) {}

  /** @param nowMs monotonic, as below */
  raise(nowMs: number): void {
    this.#unseen = true;
    this.#settledAt = nowMs + this.params.settledMs;
  }

  /**
   * To be asked when Postgres answers. @returns whether views may be old: soon, since most such statements have ended
   * with their connection, and once more when the last of them has.
   */
  due(nowMs: number): boolean {
    const isSettled = this.#settledAt !== null && nowMs >= this.#settledAt;
    if (isSettled) this.#settledAt = null;
    const isDue = this.#unseen || isSettled;
    this.#unseen = false;
    return isDue;
  }
}
