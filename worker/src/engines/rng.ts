/**
 * Every random number of a training, the same bits as worker/native/src/rng.h, where the definitions are explained:
 * a draw is named by (seed; index, block, round, stream), and no draw depends on one before it.
 */

/** What a draw is for; worker/src/engines/README.md says what index, block and round mean in each. */
export const STREAM = {
  init: 1,
  trainOrder: 2,
  trainNegative: 3,
  validOrder: 4,
  validNegative: 5,
  corruption: 6,
  dropout: 7,
} as const;
export type Stream = (typeof STREAM)[keyof typeof STREAM];

/** "ADT1": the version of all these definitions. */
const VERSION_KEY = 0x41445431;
const PHILOX_ROUNDS = 10;

/** Philox4x32-10 (Salmon et al., SC 2011). Writes the four words of a draw to `out`. */
export function philox(
  seed: number,
  index: number,
  block: number,
  round: number,
  stream: Stream,
  out: Uint32Array,
): void {
  let c0 = index | 0;
  let c1 = block | 0;
  let c2 = round | 0;
  let c3: number = stream;
  let k0 = seed | 0;
  let k1 = VERSION_KEY;
  for (let turn = 0; turn < PHILOX_ROUNDS; turn += 1) {
    const high0 = multiplyHigh(0xd2511f53, c0);
    const high1 = multiplyHigh(0xcd9e8d57, c2);
    const low0 = Math.imul(0xd2511f53, c0);
    const low1 = Math.imul(0xcd9e8d57, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** Upper 32 bits of the product of two unsigned words, by 16-bit halves; the result is signed. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const low = Math.imul(aLow, bLow) >>> 16;
  const first = (Math.imul(aHigh, bLow) >>> 0) + low;
  const second = (Math.imul(aLow, bHigh) >>> 0) + (first & 0xffff);
  return (Math.imul(aHigh, bHigh) + (first >>> 16) + (second >>> 16)) | 0;
}

const words = new Uint32Array(4);

/** Exactly uniform in [0, n), n >= 1 (Lemire's multiplication with rejection); nearly always from the first word. */
export function uniformBelow(n: number, seed: number, index: number, round: number, stream: Stream): number {
  const rejectBelow = (2 ** 32 - n) % n;
  for (let block = 0; ; block += 1) {
    philox(seed, index, block, round, stream, words);
    for (const word of words) {
      if (Math.imul(word, n) >>> 0 >= rejectBelow) return multiplyHigh(word, n) >>> 0;
    }
  }
}

/** (0, 1], 24 bits; exact in float32. */
export function unitFloat(word: number): number {
  return ((word >>> 8) + 1) * 2 ** -24;
}

/** The first word of a draw as a number in (0, 1]. */
export function unitDraw(seed: number, index: number, round: number, stream: Stream): number {
  philox(seed, index, 0, round, stream, words);
  return unitFloat(words[0] as number);
}

/** Four standard normals from the four words of a draw (Box-Muller, twice), rounded to float32 at each step. */
export function normals4(draw: Uint32Array, out: Float32Array): void {
  for (let pair = 0; pair < 4; pair += 2) {
    const radius = Math.fround(Math.sqrt(-2 * Math.fround(logExact(unitFloat(draw[pair] as number)))));
    const { sine, cosine } = sinCosTurns(draw[pair + 1] as number);
    out[pair] = radius * cosine;
    out[pair + 1] = radius * sine;
  }
}

const bits = new DataView(new ArrayBuffer(8));

/** Natural logarithm of a normal x > 0 by plain arithmetic, so that every machine gets the same bits. */
function logExact(x: number): number {
  bits.setFloat64(0, x);
  const high = bits.getUint32(0);
  let exponent = (high >>> 20) - 1023;
  bits.setUint32(0, (high & 0x000fffff) | 0x3ff00000);
  let m = bits.getFloat64(0);
  if (m > Math.SQRT2) {
    m *= 0.5;
    exponent += 1;
  }
  const s = (m - 1) / (m + 1);
  const s2 = s * s;
  let sum = 0;
  for (let n = 21; n >= 1; n -= 2) sum = sum * s2 + 1 / n;
  return 2 * s * sum + exponent * Math.LN2;
}

/** Sine and cosine of word / 2³² of a turn: Taylor on an eighth of a turn either way of the nearest quarter. */
function sinCosTurns(word: number): { sine: number; cosine: number } {
  const quadrant = ((word + 0x20000000) >>> 0) >>> 30;
  const rest = (word - quadrant * 2 ** 30) | 0;
  const x = rest * (6.283185307179586 / 4294967296);
  const x2 = x * x;
  const s = x * (1 + x2 * (-1 / 6 + x2 * (1 / 120 + x2 * (-1 / 5040 + x2 * (1 / 362880)))));
  const c = 1 + x2 * (-0.5 + x2 * (1 / 24 + x2 * (-1 / 720 + x2 * (1 / 40320 + x2 * (-1 / 3628800)))));
  const sines = [s, c, -s, -c] as const;
  const cosines = [c, -s, -c, s] as const;
  return {
    sine: Math.fround(sines[quadrant as 0]),
    cosine: Math.fround(cosines[quadrant as 0]),
  };
}

const FEISTEL_ROUNDS = 6;

/** A permutation of [0, n), n < 2³², that needs no memory and gives any position at once (rng.h's Feistel network). */
export class Permutation {
  readonly #leftBits: number;
  readonly #rightBits: number;
  readonly #keys = new Uint32Array(8);

  constructor(
    private readonly n: number,
    seed: number,
    round: number,
    stream: Stream,
  ) {
    let width = 6;
    while (width < 32 && 2 ** width < n) width += 1;
    this.#rightBits = width >> 1;
    this.#leftBits = width - this.#rightBits;
    philox(seed, 0, 0, round, stream, this.#keys.subarray(0, 4));
    philox(seed, 1, 0, round, stream, this.#keys.subarray(4));
  }

  at(position: number): number {
    let x = position;
    do x = this.#once(x);
    while (x >= this.n);
    return x;
  }

  #once(value: number): number {
    let x = value;
    let left = this.#leftBits;
    let right = this.#rightBits;
    for (let round = 0; round < FEISTEL_ROUNDS; round += 1) {
      const low = x & ((1 << right) - 1);
      const mixed = ((x >>> right) ^ mix(low ^ (this.#keys[round] as number))) & ((1 << left) - 1);
      x = ((low << left) | mixed) >>> 0;
      [left, right] = [right, left];
    }
    return x;
  }
}

function mix(word: number): number {
  let x = Math.imul(word, 0x9e3779b1);
  x ^= x >>> 15;
  x = Math.imul(x, 0x85ebca77);
  return x ^ (x >>> 13);
}
