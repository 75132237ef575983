/** The sweep a new platform runs by itself: each loss with a few settings, small enough to watch from start to end. */

import { TRAINING_DEFAULTS } from '@adt/proto/trainingConfig';
import { SYNTHETIC } from '@adt/worker/data/datasetName';

/**
 * 3,850 iterations on the built-in data set: CE peaks at 2,600; the strongest T-CE (0.2, 2000) is still near its best
 * at the end. The 20 trainings took 41 s on two slots of two busy cores (2026-11-23).
 */
const SYNTHETIC_EPOCHS = 25;

/** @param dataset name of a stored data set */
export function quickStartSweep(dataset: string): string {
  const epochs = dataset === SYNTHETIC ? SYNTHETIC_EPOCHS : TRAINING_DEFAULTS.epochs;
  return `name: quick-start
method: grid
parameters:
  dataset: {value: ${JSON.stringify(dataset)}}
  model:   {value: GMF}
  loss:    {values: [CE, T-CE, R-CE]}
  eps_max: {values: [0.05, 0.1, 0.2], when: {loss: T-CE}}
  eps_n:   {values: [500, 2000], when: {loss: T-CE}}
  beta:    {values: [0.1, 0.25, 0.5], when: {loss: R-CE}}
training: {epochs: ${epochs}, eval_every: 200}
seeds: {search: [1, 2]}
`;
}
