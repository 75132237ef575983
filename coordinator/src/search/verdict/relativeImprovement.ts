/** RI of the paper's Table 3 (Wang et al., WSDM 2021): the relative improvement, averaged over the metrics. */

/** Means over seeds of one metric, more being better. */
export type MetricMeans = { mean: number; reference: number };

/** A share, 0.031 for 3.1 %; null for no metrics, or a reference of zero, over which nothing improves relatively. */
export function relativeImprovement(metrics: readonly MetricMeans[]): number | null {
  if (metrics.length === 0 || metrics.some(({ reference }) => reference === 0)) return null;
  const sum = metrics.reduce(
    (total, { mean, reference }) => total + (mean - reference) / Math.abs(reference),
    0,
  );
  return sum / metrics.length;
}
