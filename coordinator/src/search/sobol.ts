/**
 * Scrambled Sobol points: a sequence that fills [0, 1)^d evenly, each point a function of its number and a key alone.
 * Sobol (1967) with the direction numbers of Joe and Kuo, "Constructing Sobol sequences with better two-dimensional
 * projections" (SIAM J. Sci. Comput. 2008), under the nested uniform scrambling of Owen, "Randomly permuted
 * (t,m,s)-nets and (t,s)-sequences" (1995), whose random bits are hashed as in Burley, "Practical hash-based Owen
 * scrambling" (JCGT 2020), here by Philox.
 */
import { type Key, philox } from './philox.js';

const BITS = 32;

type Polynomial = { degree: number; coefficients: number; initial: readonly number[] };

/** Dimensions 2 to 24 of the authors' file new-joe-kuo-6.21201: degree s, coefficients a, m_1 to m_s. */
const JOE_KUO: readonly Polynomial[] = (
  [
    [1, 0, [1]],
    [2, 1, [1, 3]],
    [3, 1, [1, 3, 1]],
    [3, 2, [1, 1, 1]],
    [4, 1, [1, 1, 3, 3]],
    [4, 4, [1, 3, 5, 13]],
    [5, 2, [1, 1, 5, 5, 17]],
    [5, 4, [1, 1, 5, 5, 5]],
    [5, 7, [1, 1, 7, 11, 19]],
    [5, 11, [1, 1, 5, 1, 1]],
    [5, 13, [1, 1, 1, 3, 11]],
    [5, 14, [1, 3, 5, 5, 31]],
    [6, 1, [1, 3, 3, 9, 7, 49]],
    [6, 13, [1, 1, 1, 15, 21, 21]],
    [6, 16, [1, 3, 1, 13, 27, 49]],
    [6, 19, [1, 1, 1, 15, 7, 5]],
    [6, 22, [1, 3, 1, 15, 13, 25]],
    [6, 25, [1, 1, 5, 5, 19, 61]],
    [7, 1, [1, 3, 7, 11, 23, 15, 103]],
    [7, 4, [1, 3, 7, 13, 13, 15, 69]],
    [7, 7, [1, 1, 3, 13, 7, 35, 63]],
    [7, 8, [1, 3, 5, 9, 1, 25, 53]],
    [7, 14, [1, 3, 1, 13, 9, 35, 107]],
  ] as const
).map(([degree, coefficients, initial]) => ({ degree, coefficients, initial }));

export const SOBOL_DIMENSIONS = JOE_KUO.length + 1;

const DIRECTIONS: readonly Uint32Array[] = [
  Uint32Array.from({ length: BITS }, (_, bit) => 2 ** (BITS - 1 - bit)),
  ...JOE_KUO.map(directionsOf),
];

/** v_1 to v_32 as fractions of 2³², by the recurrence of Joe and Kuo's equation (2). */
function directionsOf({ degree, coefficients, initial }: Polynomial): Uint32Array {
  const directions = new Uint32Array(BITS);
  initial.forEach((m, bit) => {
    directions[bit] = m * 2 ** (BITS - 1 - bit);
  });
  for (let bit = degree; bit < BITS; bit++) {
    const oldest = directions[bit - degree] as number;
    let next = oldest ^ (oldest >>> degree);
    for (let term = 1; term < degree; term++) {
      if ((coefficients >>> (degree - 1 - term)) & 1) next ^= directions[bit - term] as number;
    }
    directions[bit] = next;
  }
  return directions;
}

/**
 * One coordinate of the scrambled sequence, in [0, 1).
 * @param index from 0, below 2³²; any 2^m consecutive points from a multiple of 2^m on are a (t, m, s)-net
 * @param dimension from 0; t = 0 for dimensions 0 and 1, and the first ones have the best projections
 * @throws RangeError for a dimension beyond SOBOL_DIMENSIONS
 */
export function sobolPoint(index: number, dimension: number, key: Key): number {
  return scramble(sobolBits(index, dimension), dimension, key) / 2 ** BITS;
}

/** The unscrambled coordinate times 2³². */
export function sobolBits(index: number, dimension: number): number {
  const directions = DIRECTIONS[dimension];
  if (directions === undefined) throw new RangeError(`dimension ${dimension} of ${SOBOL_DIMENSIONS}`);
  let bits = 0;
  for (let rest = index, bit = 0; rest > 0; rest = Math.floor(rest / 2), bit++) {
    if (rest % 2 === 1) bits ^= directions[bit] as number;
  }
  return bits >>> 0;
}

/** Each bit is flipped or not by a random bit of its own for every value of the bits above it. */
function scramble(bits: number, dimension: number, key: Key): number {
  let flips = 0;
  for (let level = 0; level < BITS; level++) {
    const above = level === 0 ? 0 : bits >>> (BITS - level);
    const [random] = philox([above, level, dimension, 0], key);
    flips = (flips << 1) | (random & 1);
  }
  return (bits ^ flips) >>> 0;
}
