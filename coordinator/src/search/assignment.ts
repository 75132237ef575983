/** A stored configuration seen as the search sees it: hyper-parameters by the names that sweep files use. */
import type { Hyperparameter, TrainingConfig } from '@adt/proto/trainingConfig';
import type { Assignment } from './grid.js';

/** The field of a configuration that holds each hyper-parameter. */
export const FIELD_OF = {
  eps_max: 'epsMax',
  eps_n: 'epsN',
  beta: 'beta',
  nr_fp_weight: 'nrFpWeight',
  nr_negative_weight: 'nrNegativeWeight',
  nmtr_click_weight: 'nmtrClickWeight',
  mlp_layers: 'mlpLayers',
  dropout: 'dropout',
  hidden: 'hidden',
  corruption: 'corruption',
  lr: 'lr',
  factors: 'factors',
  negatives: 'negatives',
  batch_size: 'batchSize',
  epochs: 'epochs',
  eval_every: 'evalEvery',
  valid_users: 'validUsers',
} as const satisfies Record<Hyperparameter, keyof TrainingConfig>;

/**
 * The hyper-parameters of a configuration. CDAE's `factors`, which it carries without reading it, is left out.
 */
export function assignmentOf(config: TrainingConfig): Assignment {
  const entries = Object.entries(FIELD_OF) as [Hyperparameter, (typeof FIELD_OF)[Hyperparameter]][];
  return Object.fromEntries(
    entries
      .map(([name, field]) => [name, config[field]] as const)
      .filter(([name, value]) => value !== undefined && !(name === 'factors' && config.model === 'CDAE')),
  );
}
