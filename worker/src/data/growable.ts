/** Arrays of numbers that grow while a file is read: no object a row. */

const FIRST_CAPACITY = 1 << 14;

/** Unsigned 32-bit numbers, appended. */
export class GrowableU32 {
  #array = new Uint32Array(FIRST_CAPACITY);
  length = 0;

  push(value: number): void {
    if (this.length === this.#array.length) {
      const larger = new Uint32Array(2 * this.length);
      larger.set(this.#array);
      this.#array = larger;
    }
    this.#array[this.length++] = value;
  }

  /** A view of what was appended; valid until the next push. */
  view(from = 0, to = this.length): Uint32Array {
    return this.#array.subarray(from, to);
  }
}

/** Bytes, appended. */
export class GrowableU8 {
  #array = new Uint8Array(FIRST_CAPACITY);
  length = 0;

  push(value: number): void {
    if (this.length === this.#array.length) {
      const larger = new Uint8Array(2 * this.length);
      larger.set(this.#array);
      this.#array = larger;
    }
    this.#array[this.length++] = value;
  }

  /** A view of what was appended; valid until the next push. */
  view(from = 0, to = this.length): Uint8Array {
    return this.#array.subarray(from, to);
  }
}
