/** From a point of a stratum's space to the training that a worker runs. */
import type { Hyperparameter, TrainingConfig } from '@adt/proto/trainingConfig';
import type { Assignment } from './grid.js';
import type { Stratum } from './strata.js';

/**
 * What is searched and active wins over what is fixed.
 * @throws Error when a hyper-parameter that every training needs has no value: the strata were built wrongly
 */
export function configOf(
  { dataset, model, loss, fixed, topk, metric }: Stratum,
  chosen: Assignment,
  seed: number,
): TrainingConfig {
  const values = { ...fixed, ...chosen };
  const needed = (name: Hyperparameter): number => {
    const value = values[name];
    if (value === undefined) throw new Error(`${name} has no value`);
    return value;
  };
  return {
    dataset: dataset.name,
    datasetSha256: dataset.sha256,
    model,
    loss,
    ...(values.eps_max === undefined ? {} : { epsMax: values.eps_max }),
    ...(values.eps_n === undefined ? {} : { epsN: values.eps_n }),
    ...(values.beta === undefined ? {} : { beta: values.beta }),
    ...(values.nr_fp_weight === undefined ? {} : { nrFpWeight: values.nr_fp_weight }),
    ...(values.nr_negative_weight === undefined ? {} : { nrNegativeWeight: values.nr_negative_weight }),
    ...(values.nmtr_click_weight === undefined ? {} : { nmtrClickWeight: values.nmtr_click_weight }),
    ...(values.mlp_layers === undefined ? {} : { mlpLayers: values.mlp_layers }),
    ...(values.dropout === undefined ? {} : { dropout: values.dropout }),
    ...(values.hidden === undefined ? {} : { hidden: values.hidden }),
    ...(values.corruption === undefined ? {} : { corruption: values.corruption }),
    lr: needed('lr'),
    factors: needed('factors'),
    negatives: needed('negatives'),
    batchSize: needed('batch_size'),
    epochs: needed('epochs'),
    evalEvery: needed('eval_every'),
    ...(values.valid_users === undefined ? {} : { validUsers: values.valid_users }),
    topk: [...topk],
    select: metric,
    seed,
  };
}
