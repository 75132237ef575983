/** A complete configuration, from which tests change what they are about. */
import type { TrainingConfig } from './trainingConfig.js';

export const EXAMPLE_TRAINING: TrainingConfig = {
  dataset: 'tiny',
  datasetSha256: 'a'.repeat(64),
  model: 'GMF',
  loss: 'CE',
  lr: 0.001,
  factors: 32,
  negatives: 1,
  batchSize: 1024,
  epochs: 10,
  evalEvery: 100,
  topk: [50],
  select: 'valid/recall@50',
  seed: 1,
};
