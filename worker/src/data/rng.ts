/** Random numbers that are the same on every machine: integer arithmetic only, no Math functions. */

/** One sequence of random numbers; others with another seed or stream are independent of it. */
export type Rng = {
  /** Uniform in [0, 2^32). */
  uint32(): number;
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
  /** Uniform in [0, bound), without the bias of a remainder. @param bound 1 to 2^32 */
  below(bound: number): number;
};

/**
 * A Weyl sequence through a 32-bit finaliser (lowbias32 of C. Wellons' hash search), keyed by seed and stream.
 * @param seed 0 to 2^32 - 1 @param stream which of the seed's sequences, say a user's
 */
export function createRng(seed: number, stream: number): Rng {
  const key = mix(mix(seed >>> 0) ^ Math.imul(stream + 1, 0x9e3779b9));
  let counter = mix(key ^ 0x85ebca6b);
  const uint32 = () => {
    counter = (counter + 0x9e3779b9) | 0;
    return mix(counter ^ key) >>> 0;
  };
  return {
    uint32,
    uniform: () => ((uint32() >>> 5) * 0x400_0000 + (uint32() >>> 6)) / 0x20_0000_0000_0000,
    below(bound) {
      const limit = 0x1_0000_0000 - (0x1_0000_0000 % bound);
      for (;;) {
        const draw = uint32();
        if (draw < limit) return draw % bound;
      }
    },
  };
}

function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return x ^ (x >>> 15);
}
