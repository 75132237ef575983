/** What runs along a plot: iterations, trials, or time. */
import { formatCount } from '../../format/number';

export type PlotAxis = {
  /** Below the plot, and the name of the column in CSV. */
  title: string;
  /** A tick. */
  format: (value: number) => string;
  /** A point in the tooltip, after its value: "at iteration 1,000". */
  say: (value: number) => string;
};

export const ITERATIONS: PlotAxis = {
  title: 'iterations',
  format: formatCount,
  say: (step) => `at iteration ${formatCount(step)}`,
};
