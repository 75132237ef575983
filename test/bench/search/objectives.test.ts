import type { Assignment } from '@adt/coordinator/search/grid';
import { keyOf } from '@adt/coordinator/search/philox';
import { draw } from '@adt/coordinator/search/random';
import { describe, expect, it } from 'vitest';
import { OBJECTIVES } from './objectives.js';

/** From the literature, or from how the function is made. */
const OPTIMA: Record<string, Assignment> = {
  Branin: { eps_max: (Math.PI + 5) / 15, dropout: 2.275 / 15 },
  'Hartmann-6': {
    ...{ eps_max: 0.20169, dropout: 0.150011, corruption: 0.476874 },
    ...{ nmtr_click_weight: 0.275332, beta: 0.311652, nr_fp_weight: 0.6573 },
  },
  'Hartmann-3': { eps_max: 0.114614, dropout: 0.555649, corruption: 0.852547 },
  'Ackley-4': { eps_max: 0.3, dropout: 0.4, corruption: 0.5, nmtr_click_weight: 0.6 },
  'sphere, log scales': {
    ...{ lr: 1e-5 * 1e4 ** 0.62, factors: 4 * 128 ** 0.43, batch_size: 64 * 1024 ** 0.3, beta: 7.7 },
  },
  'Rosenbrock, log scale': { lr: 1e-5 * 1e4 ** 0.75, eps_max: 0.5, dropout: 0.5 },
  'tower with dropout': { mlp_layers: 3, dropout: 0.51, lr: 1e-5 * 1e4 ** 0.5 },
  'T-CE-like valley': { lr: 1e-4 * 100 ** 0.55, eps_max: 0.18, eps_n: 500 * 100 ** 0.4 },
};

describe('an objective with a known optimum', () => {
  it.each(OBJECTIVES.map((objective) => [objective.name, objective] as const))(
    '%s has no value above 0',
    (name, { score, parameters }) => {
      const scores = Array.from({ length: 3000 }, (_, n) => score(draw(parameters, keyOf(name), n, 0)));
      expect(Math.max(...scores)).toBeLessThanOrEqual(1e-4);
    },
  );

  it.each(Object.entries(OPTIMA))('%s has 0 at its optimum', (name, optimum) => {
    expect(OBJECTIVES.find((known) => known.name === name)?.score(optimum)).toBeCloseTo(0, 4);
  });
});
