/**
 * One-dimensional Parzen estimates over cells, and the Pearson divergence of two of them: the two halves of PED-ANOVA
 * (Watanabe, Bansal, Hutter, IJCAI 2023, "PED-ANOVA: Efficiently Quantifying Hyperparameter Importance in Arbitrary
 * Subspaces", arXiv 2304.10255).
 */

/** Below this a kernel would put less than a tenth of itself outside its own cell (Optuna's bound, in cells). */
const MIN_BANDWIDTH = 0.5 / 1.64;

/** One imagined observation, spread evenly: keeps a density above 0 where nobody looked. */
const PRIOR_WEIGHT = 1;

/**
 * The density of some observations.
 * @param counts (C): observations in each cell, at least one in all
 * @param ordered whether a kernel reaches into the neighbouring cells
 * @returns (C): sums to 1, every cell above 0
 */
export function parzenDensity(counts: Float64Array, ordered: boolean): Float64Array {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const smooth = ordered ? smoothed(counts, bandwidth(counts, total)) : counts;
  const prior = PRIOR_WEIGHT / counts.length;
  return smooth.map((mass) => (mass + prior) / (total + PRIOR_WEIGHT));
}

/**
 * D(p ‖ q) = Σ q (p/q − 1)², 0 for equal densities.
 * @param top (C): density of the best
 * @param all (C): density of all, every cell above 0
 */
export function pearsonDivergence(top: Float64Array, all: Float64Array): number {
  return all.reduce((sum, q, cell) => sum + q * ((top[cell] ?? 0) / q - 1) ** 2, 0);
}

/** Scott's rule (Multivariate Density Estimation, 1992) with the smaller of deviation and quartile range, in cells. */
function bandwidth(counts: Float64Array, total: number): number {
  const mean = counts.reduce((sum, count, cell) => sum + count * cell, 0) / total;
  const squares = counts.reduce((sum, count, cell) => sum + count * (cell - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / Math.max(1, total - 1));
  const quartiles = quantileCell(counts, total * 0.75) - quantileCell(counts, total * 0.25);
  return Math.max(1.059 * Math.min(deviation, quartiles / 1.34) * total ** -0.2, MIN_BANDWIDTH);
}

/** The first cell at which the running count reaches `wanted`. */
function quantileCell(counts: Float64Array, wanted: number): number {
  let sum = 0;
  return counts.findIndex((count) => {
    sum += count;
    return sum >= wanted && sum > 0;
  });
}

/** Each observation spread over the cells by a Gaussian, cut off at the ends of the domain and scaled to mass 1. */
function smoothed(counts: Float64Array, deviation: number): Float64Array {
  const mass = new Float64Array(counts.length);
  counts.forEach((count, centre) => {
    if (count === 0) return;
    const kernel = mass.map((_, cell) => Math.exp(-0.5 * ((cell - centre) / deviation) ** 2));
    const scale = count / kernel.reduce((sum, weight) => sum + weight, 0);
    kernel.forEach((weight, cell) => {
      mass[cell] = (mass[cell] ?? 0) + weight * scale;
    });
  });
  return mass;
}
