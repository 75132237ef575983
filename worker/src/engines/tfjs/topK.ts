/** The K best of a row of scores: larger first, then the smaller index. */

export class TopK {
  readonly #scores: Float32Array;
  readonly #items: Uint32Array;
  #count = 0;
  /** What an item must beat. Items come by rising index, so one that ties with the K-th loses. */
  #threshold = Number.NEGATIVE_INFINITY;

  /** Room for twice K: candidates gather and are cut back now and then, which costs O(1) an item on average. */
  constructor(private readonly k: number) {
    const room = 2 * k + 16;
    this.#scores = new Float32Array(room);
    this.#items = new Uint32Array(room);
  }

  /**
   * At most K, best first; the next call overwrites nothing of it. NaN and -Infinity never rank.
   * @param scores (items)
   * @param excluded (items): 1 where an item must not rank
   */
  of(scores: Float32Array, excluded: Uint8Array): Uint32Array {
    this.#count = 0;
    this.#threshold = Number.NEGATIVE_INFINITY;
    let threshold = this.#threshold;
    for (let item = 0; item < scores.length; item += 1) {
      const score = scores[item] as number;
      if (!(score > threshold) || excluded[item] === 1) continue;
      this.#add(score, item);
      threshold = this.#threshold;
    }
    this.#cut();
    return this.#items.slice(0, this.#count);
  }

  #add(score: number, item: number): void {
    this.#scores[this.#count] = score;
    this.#items[this.#count] = item;
    this.#count += 1;
    if (this.#count === this.#items.length) this.#cut();
  }

  #cut(): void {
    const scores = this.#scores.slice(0, this.#count);
    const items = this.#items.slice(0, this.#count);
    const order = Uint32Array.from(items.keys()).sort(
      // Candidates stand by rising index within equal scores: an earlier cut keeps their order.
      (a, b) => (scores[b] as number) - (scores[a] as number) || (items[a] as number) - (items[b] as number),
    );
    this.#count = Math.min(this.k, this.#count);
    for (let rank = 0; rank < this.#count; rank += 1) {
      this.#scores[rank] = scores[order[rank] as number] as number;
      this.#items[rank] = items[order[rank] as number] as number;
    }
    if (this.#count === this.k) this.#threshold = this.#scores[this.k - 1] as number;
  }
}
