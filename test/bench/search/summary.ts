/** Numbers of many seeds in a few. */

/** Mean and sample standard deviation. */
export function meanSd(values: readonly number[]): { mean: number; sd: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const sd = Math.sqrt(squares / Math.max(1, values.length - 1));
  // Equal values leave the last digit of their sum.
  return { mean, sd: sd < 1e-12 * Math.abs(mean) ? 0 : sd };
}

export function spread(values: readonly number[]): string {
  const { mean, sd } = meanSd(values);
  return `${round(mean)} ± ${round(sd)}`;
}

/** Three significant digits. */
export function round(value: number): number {
  return Number(value.toPrecision(3));
}
