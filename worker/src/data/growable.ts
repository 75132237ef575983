/** Arrays of numbers that grow while a file is read: no object a row. */

const FIRST_CAPACITY = 1 << 14;

type NumberArray = Uint8Array | Uint32Array | Float64Array;

/** Numbers of one type, appended. */
class Growable<A extends NumberArray> {
  readonly #make: (length: number) => A;
  #array: A;
  length = 0;

  constructor(make: (length: number) => A) {
    this.#make = make;
    this.#array = make(FIRST_CAPACITY);
  }

  push(value: number): void {
    if (this.length === this.#array.length) {
      const larger = this.#make(2 * this.length);
      larger.set(this.#array);
      this.#array = larger;
    }
    this.#array[this.length++] = value;
  }

  at(index: number): number {
    return this.#array[index] as number;
  }

  /** A view of what was appended; valid until the next push. */
  view(from = 0, to = this.length): A {
    return this.#array.subarray(from, to) as A;
  }
}

/** Unsigned 32-bit numbers. */
export class GrowableU32 extends Growable<Uint32Array> {
  constructor() {
    super((length) => new Uint32Array(length));
  }
}

/** Bytes. */
export class GrowableU8 extends Growable<Uint8Array> {
  constructor() {
    super((length) => new Uint8Array(length));
  }
}

/** Doubles. */
export class GrowableF64 extends Growable<Float64Array> {
  constructor() {
    super((length) => new Float64Array(length));
  }
}
