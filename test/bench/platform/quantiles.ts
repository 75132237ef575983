/** Quantiles of measured times. */
import { round } from './watch.js';

export type Quantiles = { p50: number; p95: number; p99: number; most: number };

/** Nearest rank; NaN of nothing. */
export function quantilesOf(values: readonly number[]): Quantiles {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => round(sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN, 2);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), most: at(1) };
}
