/** Hyperband's brackets: how many there are, and which one a configuration belongs to. */

/** Of the golden ratio: its multiples fill [0, 1) more evenly than those of any other number (Weyl, Hurwitz). */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * The bracket of a configuration, that is, how many of the ladder's first rungs it is spared. Shares are those of
 * Li et al., "Hyperband" (JMLR 18, 2018, algorithm 1), a bracket of s + 1 rungs and the end getting
 * (s_max + 1) · η^s / (s + 1) configurations, so that each costs about the same. They hold to a few configurations in
 * every prefix of the ordinals, and in the long run among every n-th of them, which matters to grids: the sequence is
 * frac(n · golden ratio) put through the shares. Optuna hashes the ordinal for the same end, which holds on average.
 *
 * @param configuration ordinal within the stratum, from 0
 * @param rungs of the ladder; there is one bracket for each, and one that is never stopped
 */
export function bracketOf(configuration: number, rungs: number, eta: number): number {
  const shares = bracketShares(rungs, eta);
  let point = ((configuration + 0.5) * GOLDEN) % 1;
  for (const [bracket, share] of shares.entries()) {
    if (point < share) return bracket;
    point -= share;
  }
  return rungs;
}

/** Share of the configurations by bracket; they sum to 1. */
export function bracketShares(rungs: number, eta: number): number[] {
  // Divided by η^s_max, which would overflow no sooner than the ladder does but reads as a share.
  const weights = Array.from({ length: rungs + 1 }, (_, bracket) => eta ** -bracket / (rungs - bracket + 1));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
