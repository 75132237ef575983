/** A seeded stream of random numbers: what a fault does, and when, is its seed's. */

export type Random = {
  /** In [0, 1). */
  next(): number;
  /** Whole, from `low` to `high`, both included. */
  between(low: number, high: number): number;
  pick<T>(items: readonly [T, ...T[]]): T;
};

/** mulberry32 (Tommy Ettinger, public domain): 32 bits of state are plenty for some dozen draws. */
export function seededRandom(seed: number, stream = ''): Random {
  let state = mix(seed, stream);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  const pick = <T>(items: readonly [T, ...T[]]): T => items[between(0, items.length - 1)] ?? items[0];
  return { next, between, pick };
}

/** FNV-1a over the stream's name, so that two faults with one seed are not in step. */
function mix(seed: number, stream: string): number {
  let hash = 0x811c9dc5 ^ seed;
  for (const character of stream) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  return hash | 0;
}
