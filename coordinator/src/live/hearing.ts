/** Knows which changes of other coordinators came through, and finds out that some did not. Pure. */

export class Hearing {
  /** Number up to which all changes of each were heard, or made good. */
  readonly #heard = new Map<string, number>();
  /** How many each had told by the last look. */
  #told: ReadonlyMap<string, number> = new Map();

  /** One has come. @returns whether those before it had */
  hear(from: string, number: number): boolean {
    const last = this.#heard.get(from) ?? 0;
    this.#heard.set(from, Math.max(last, number));
    return number <= last + 1;
  }

  /**
   * Compares with what each had told by the look before: by now it must have come. One that is gone may have told
   * something more just before, so its going counts as missed too.
   * @param told how many each has told by now
   * @returns whether something was missed; told once
   */
  look(told: ReadonlyMap<string, number>): boolean {
    let missed = false;
    for (const [from, number] of this.#told) {
      if (told.has(from) && (this.#heard.get(from) ?? 0) >= number) continue;
      missed = true;
      this.#heard.set(from, number);
    }
    for (const from of this.#heard.keys()) if (!told.has(from)) this.#heard.delete(from);
    this.#told = told;
    return missed;
  }
}
