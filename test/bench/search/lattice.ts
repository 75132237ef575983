/** The configurations whose real trainings are recorded, by table and stratum: GMF under three losses. */

import type { Parameter } from '@adt/coordinator/search/document';
import { type Assignment, expandGrid } from '@adt/coordinator/search/grid';
import { drawRandom } from '@adt/coordinator/search/random';
import type { Hyperparameter, TrainingConfig } from '@adt/proto/trainingConfig';
import { FIELD_COUNTS, FIELD_SPACE } from './field.js';

export const RECORDED_LOSSES = ['T-CE', 'R-CE', 'CE'] as const satisfies TrainingConfig['loss'][];
export type RecordedLoss = (typeof RECORDED_LOSSES)[number];

type Plan = {
  dataset: string;
  epochs: number;
  /** Iterations between validations. */
  evalEvery: number;
  validUsers: number;
  /** null: the configurations are drawn at random from `FIELD_SPACE`. */
  lattice: Record<RecordedLoss, Partial<Record<Hyperparameter, readonly number[]>>> | null;
};

const SHORT_LR = [3e-4, 1e-3, 3e-3, 1e-2];
const FINE_LR = [1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 3e-2];
const WIDE = { factors: [64, 16], lr: [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2] };

/**
 * samplers: short trainings of a fine lattice, ε_max, ε_N and β around what the paper searched (Wang et al., WSDM 2021,
 * section 4.1). races: long trainings over a wide space, which is what early stopping is for; 27 = 3³ epochs of 840
 * iterations on ml1m_noisy with a validation after each, and every ε_N early enough to leave T-CE its rungs. grace: as
 * long and as wide on other data and in larger strata, to try what `races` suggested: a first rung at a fifth of the
 * training, 6 of 27 epochs of 306 iterations, by which every ε_N is reached. field: no lattice but random draws from
 * ranges, in strata as large as searches that need early stopping have; 20 validations, 0.4 of an epoch apart, in
 * trainings as short as those of `samplers`. meadow: other draws from the ranges of `field`.
 */
export const PLANS = {
  samplers: {
    ...{ dataset: 'ml1m_noisy', epochs: 8, evalEvery: 400, validUsers: 2000 },
    lattice: {
      'T-CE': {
        eps_max: [0.05, 0.1, 0.15, 0.2, 0.3],
        eps_n: [1000, 5000, 10_000, 20_000],
        lr: SHORT_LR,
      },
      'R-CE': { beta: [0.05, 0.1, 0.15, 0.2, 0.25, 0.5, 1], lr: SHORT_LR },
      CE: { factors: [8, 16, 32, 64], lr: SHORT_LR },
    },
  },
  races: {
    ...{ dataset: 'ml1m_noisy', epochs: 27, evalEvery: 840, validUsers: 2000 },
    lattice: {
      'T-CE': { ...WIDE, eps_max: [0.1, 0.2], eps_n: [500, 1000, 2000] },
      'R-CE': { ...WIDE, beta: [0.1, 0.25, 0.5] },
      CE: WIDE,
    },
  },
  grace: {
    ...{ dataset: 'hin_amazon', epochs: 27, evalEvery: 306, validUsers: 2000 },
    lattice: {
      'T-CE': { factors: [64, 16], lr: FINE_LR, eps_max: [0.1, 0.2], eps_n: [500, 1500] },
      'R-CE': { factors: [64, 16], lr: FINE_LR, beta: [0.1, 0.25, 0.5, 1] },
      CE: { factors: [8, 16, 32, 64, 128], lr: FINE_LR },
    },
  },
  field: { dataset: 'ml1m_noisy', epochs: 8, evalEvery: 336, validUsers: 2000, lattice: null },
  meadow: { dataset: 'ml1m_noisy', epochs: 8, evalEvery: 336, validUsers: 2000, lattice: null },
} as const satisfies Record<string, Plan>;

export type TableName = keyof typeof PLANS;

export function isTableName(name: string): name is TableName {
  return Object.hasOwn(PLANS, name);
}

/** A stratum's space, as a sweep file with `values` would give it. */
export function latticeParameters(loss: RecordedLoss, table: TableName = 'samplers'): Parameter[] {
  const { lattice }: Plan = PLANS[table];
  if (lattice === null) return [...FIELD_SPACE[loss]];
  return Object.entries(lattice[loss]).map(([name, values]) => ({
    name: name as Hyperparameter,
    domain: { kind: 'choice', values, probabilities: null },
    when: [],
  }));
}

/** What is trained of a loss, in the order of recording; of random draws any first ones are a random search. */
export function configurationsOf(loss: RecordedLoss, table: TableName): Assignment[] {
  const parameters = latticeParameters(loss, table);
  return PLANS[table].lattice === null
    ? drawRandom(parameters, FIELD_COUNTS[loss], 1, [table, loss])
    : [...expandGrid(parameters)];
}

/** The fields of a training's configuration that an assignment decides. */
export function configFields(assignment: Assignment): Partial<TrainingConfig> {
  const { eps_max: epsMax, eps_n: epsN, ...named } = assignment;
  return { ...named, ...(epsMax !== undefined && { epsMax }), ...(epsN !== undefined && { epsN }) };
}
