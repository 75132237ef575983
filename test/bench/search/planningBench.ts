/** How long a sweep file takes to become trials, by its configurations. */
import { performance } from 'node:perf_hooks';
import { compileSweep } from '@adt/coordinator/search/compile';
import { median } from '../median.js';
import { round } from './summary.js';

export type PlanningRow = {
  method: string;
  configurations: number;
  /** Different ones among them. */
  distinct: number;
  /** From the file's text to trials, median and slowest of the repeats, by the clock. */
  p50Ms: number;
  slowestMs: number;
};

const DATASET = {
  name: 'large',
  sha256: 'a'.repeat(64),
  users: 10_000,
  items: 5000,
  trainInteractions: 1_000_000,
  hasFlags: true,
};

/** Learning rate × ε_max × ε_N of T-CE. */
function gridOf([rates, maxima, lengths]: readonly [number, number, number]): string {
  const along = (count: number, from: number, to: number) =>
    Array.from({ length: count }, (_, index) =>
      Number((from + ((to - from) * index) / count).toPrecision(6)),
    );
  return JSON.stringify({
    name: 'grid',
    method: 'grid',
    parameters: {
      dataset: { value: DATASET.name },
      loss: { value: 'T-CE' },
      lr: { values: along(rates, 1e-4, 1e-2) },
      eps_max: { values: along(maxima, 0.05, 0.4) },
      eps_n: { values: along(lengths, 1000, 30_000).map(Math.round) },
    },
  });
}

const SIDES = [
  [10, 10, 10],
  [25, 20, 20],
] as const;

/** Grids of 1,000 and of 10,000 configurations, the most that a sweep may have. */
export function benchPlanning(repeats: number): PlanningRow[] {
  return SIDES.map((sides) => {
    const spec = gridOf(sides);
    const runs = Array.from({ length: repeats }, () => {
      const started = performance.now();
      const compiled = compileSweep({ spec, format: 'JSON', datasets: [DATASET] });
      const ms = performance.now() - started;
      if (!compiled.ok) throw new Error(JSON.stringify(compiled.violations));
      return { ms, trials: compiled.sweep.trials };
    });
    const trials = runs[0]?.trials ?? [];
    const times = runs.map(({ ms }) => ms);
    return {
      method: 'grid',
      configurations: trials.length,
      distinct: new Set(trials.map(({ configHash }) => configHash)).size,
      p50Ms: round(median(times)),
      slowestMs: round(Math.max(...times)),
    };
  });
}
