/** The configurations whose real trainings are recorded, by stratum: GMF under three losses. */

import type { Parameter } from '@adt/coordinator/search/document';
import type { Assignment } from '@adt/coordinator/search/grid';
import type { Hyperparameter, TrainingConfig } from '@adt/proto/trainingConfig';

const LR = [3e-4, 1e-3, 3e-3, 1e-2];

/** ε_max, ε_N and β around what the paper searched (Wang et al., WSDM 2021, section 4.1). */
export const LATTICE = {
  'T-CE': {
    eps_max: [0.05, 0.1, 0.15, 0.2, 0.3],
    eps_n: [1000, 5000, 10_000, 20_000],
    lr: LR,
  },
  'R-CE': { beta: [0.05, 0.1, 0.15, 0.2, 0.25, 0.5, 1], lr: LR },
  CE: { factors: [8, 16, 32, 64], lr: LR },
} as const satisfies Partial<
  Record<TrainingConfig['loss'], Partial<Record<Hyperparameter, readonly number[]>>>
>;

export type RecordedLoss = keyof typeof LATTICE;
export const RECORDED_LOSSES = Object.keys(LATTICE) as RecordedLoss[];

/** A stratum's space, as a sweep file with `values` would give it. */
export function latticeParameters(loss: RecordedLoss): Parameter[] {
  return Object.entries(LATTICE[loss]).map(([name, values]) => ({
    name: name as Hyperparameter,
    domain: { kind: 'choice', values, probabilities: null },
    when: [],
  }));
}

/** The fields of a training's configuration that an assignment decides. */
export function configFields(assignment: Assignment): Partial<TrainingConfig> {
  const { eps_max: epsMax, eps_n: epsN, ...named } = assignment;
  return { ...named, ...(epsMax !== undefined && { epsMax }), ...(epsN !== undefined && { epsN }) };
}
