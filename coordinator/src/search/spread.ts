/** Mean and spread of one quantity over seeds. */

/** Mean over seeds; sd is the sample's (n − 1), null for fewer than two. */
export type Spread = { mean: number; sd: number | null; n: number };

/** Mean and sample standard deviation; null for no values. */
export function spreadOf(values: readonly number[]): Spread | null {
  const n = values.length;
  if (n === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: n < 2 ? null : Math.sqrt(squares / (n - 1)), n };
}
