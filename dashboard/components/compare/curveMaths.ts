/** From curves as they were measured to lines as they are compared: smoothed, on another axis, pooled over seeds. Pure. */

/** Same length; steps ascending; null where the value was not finite. */
export type Line = { steps: readonly number[]; values: readonly (number | null)[] };

/**
 * Exponential moving average without its start-up bias: each value is divided by the weight that there is so far.
 * @param weight of the past, [0, 1); 0 changes nothing
 */
export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  if (weight === 0) return [...values];
  let sum = 0;
  let total = 0;
  return values.map((value) => {
    if (value === null) return null;
    sum = weight * sum + (1 - weight) * value;
    total = weight * total + (1 - weight);
    return sum / total;
  });
}

export type Band = {
  steps: number[];
  mean: (number | null)[];
  /** Of the 95 % interval of the mean; null below two seeds. */
  low: (number | null)[];
  high: (number | null)[];
  /** Seeds, at most. */
  seeds: number;
};

/** Mean over seeds with its 95 % interval by Student's t, step by step: m ± t(0.975, n − 1) s/√n. */
export function bandOf(lines: readonly Line[]): Band {
  const steps = [...new Set(lines.flatMap((line) => line.steps))].sort((a, b) => a - b);
  const byStep = lines.map(({ steps: own, values }) => new Map(own.map((step, at) => [step, values[at]])));
  const points = steps.map((step) => {
    const values = byStep.flatMap((line) => line.get(step) ?? []);
    if (values.length === 0) return { mean: null, half: null };
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    if (values.length < 2) return { mean, half: null };
    const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
    return { mean, half: tQuantile(values.length - 1) * Math.sqrt(square / values.length) };
  });
  const edge = (sign: number) =>
    points.map(({ mean, half }) => (mean === null || half === null ? null : mean + sign * half));
  return { steps, mean: points.map(({ mean }) => mean), low: edge(-1), high: edge(1), seeds: lines.length };
}

/** 0.975 quantile of Student's t, by degrees of freedom from 1 (Fisher and Yates, Statistical Tables, 1963, table III). */
const T_975 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

function tQuantile(freedom: number): number {
  // Beyond the table: a first-order expansion of the quantile around the normal one, off by less than 0.001.
  return T_975[freedom - 1] ?? 1.96 * (1 + (1.96 ** 2 + 1) / (4 * freedom));
}
