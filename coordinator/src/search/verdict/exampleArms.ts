/** A small comparison by hand: one cell with every kind of verdict, one with a seed that failed and a name to escape. */
import type { Arm } from './comparison.js';

const SEEDS = [2019, 2020, 2021, 2022, 2023, 2024, 2025, 2026, 2027, 2028];

/** In ten-thousandths, a seed each. */
const RECALL_CE = [880, 884, 876, 882, 878, 886, 874, 880, 883, 877];
const GAIN_T_CE = [30, 24, 28, 35, 22, 31, 26, 33, 27, 29];
const GAIN_R_CE = [5, -4, 8, -6, 3, -2, 9, -7, 4, -1];

export function armOf(params: Partial<Arm> & { recall: readonly number[]; seeds?: readonly number[] }): Arm {
  const { recall, seeds = SEEDS, ...rest } = params;
  return {
    dataset: 'adressa',
    model: 'GMF',
    loss: 'CE',
    select: 'valid/recall@3',
    configuration: { lr: 0.001 },
    tuning: { configurations: 30, trials: 30, gpuHours: 0, cpuHours: 0.5 },
    missing: [],
    runs: recall.map((value, at) => ({
      seed: seeds[at] as number,
      metrics: { 'test/recall@3': value / 10_000, 'test/ndcg@3': (value - 100) / 10_000 },
    })),
    ...rest,
  };
}

/** Value by value. */
export const sum = (a: readonly number[], b: readonly number[]) =>
  a.map((value, at) => value + (b[at] as number));

export const ADRESSA: readonly Arm[] = [
  armOf({ recall: RECALL_CE, tuning: { configurations: 1, trials: 1, gpuHours: 0, cpuHours: 0.25 } }),
  armOf({
    loss: 'T-CE',
    recall: sum(RECALL_CE, GAIN_T_CE),
    configuration: { eps_max: 0.1, eps_n: 10_000, lr: 0.001 },
  }),
  armOf({ loss: 'R-CE', recall: sum(RECALL_CE, GAIN_R_CE), configuration: { beta: 0.2, lr: 0.001 } }),
];

/** A data set whose name means something to LaTeX, spreadsheets and CSV alike. */
export const AWKWARD = { dataset: '=50%_off, R&D', model: 'NeuMF' } as const;

export const EXAMPLE: readonly Arm[] = [
  ...ADRESSA,
  armOf({ ...AWKWARD, recall: [500, 510, 505, 495, 502, 507] }),
  armOf({
    ...AWKWARD,
    loss: 'T-CE',
    recall: [510, 519, 516, 506, 511],
    configuration: { eps_max: 0.2, eps_n: 1000, lr: 0.001 },
    tuning: { configurations: 24, trials: 24, gpuHours: 1.5, cpuHours: 0 },
    missing: [{ seed: 2024, reason: 'failed: NON_FINITE' }],
  }),
];
