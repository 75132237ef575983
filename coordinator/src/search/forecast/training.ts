/** What a training costs, in units of work: the planned ones by their configuration, the measured ones in seconds too. */
import type { Model, TrainingConfig } from '@adt/proto/trainingConfig';
import type { BundleHeader } from '@adt/worker/data/bundle';

/** Sizes of a data set that a training's time hangs on. */
export type DatasetSize = {
  sha256: string;
  users: number;
  items: number;
  trainInteractions: number;
  validInteractions: number;
  testInteractions: number;
};

export function datasetSize(sha256: string, { users, items, parts }: BundleHeader): DatasetSize {
  return {
    sha256,
    users,
    items,
    trainInteractions: parts.train.interactions,
    validInteractions: parts.valid.interactions,
    testInteractions: parts.test.interactions,
  };
}

/** Where a training runs. null: not known, so that every place is comparable. */
export type Place = {
  /** Engine and device without the version, as `engineOf` gives them, say `native, cpu (avx512)`. */
  engine: string | null;
  threads: number | null;
};

/** The engine of a stored result, `native 0.1.0, cpu (avx512)`, less its version. */
export function engineOf(resultEngine: string): string {
  return resultEngine.replace(/^(\S+) [^\s,]+,/, '$1,');
}

/** A training that is to run. */
export type Planned = { config: TrainingConfig; dataset: DatasetSize; place: Place };

/** A training that ran to its end. */
export type Measurement = Planned & {
  /** Iterations that the seconds speak of: all of them, or those after the step it was resumed from. */
  iterations: number;
  /** By phase, as a result holds them. */
  seconds: { sample: number; train: number; validate: number; test: number };
  /** From claim to completion less all phases: starting, fetching and reading data; null where it is not known. */
  startSeconds: number | null;
};

/** Units of work of a training's phases. Units of different models or engines do not compare. */
export type Work = {
  /** Of one iteration. */
  iteration: number;
  iterations: number;
  /** Of all validations together. */
  validate: number;
  test: number;
};

/**
 * Seconds a trained sample ∝ width^exponent. Measured on the built-in data set with the native engine and one thread,
 * 8 to 128 factors (GMF), 8 to 32 (NeuMF), 50 to 200 hidden (CDAE), on a busy machine (2026-11-24): rough, and only
 * asked where no training of the same width was measured.
 */
const TRAIN_EXPONENT: Record<Model, number> = { GMF: 0.7, NeuMF: 1.7, CDAE: 0.5 };

/**
 * Work of scoring one item for one user, in units of one step of the selection of the K best (0.15 µs). Fitted to the
 * same trainings and to ml1m (3,494 items, K 100) and Adressa (6,596 items, K 20): a selection takes
 * K (1 + ln(items / K)) steps on average and GMF's scores cost next to nothing, so more items hardly cost more.
 */
const SCORE: Record<Model, (width: number) => number> = {
  GMF: (width) => 0.01 * (width / 32),
  NeuMF: (width) => 0.34 * (width / 32) ** 2,
  CDAE: () => 0.2,
};

/** Work of one interaction's validation loss, in the same units. */
const LOSS = 2;

/**
 * @param iterations those that were run, where fewer than a whole training has
 */
export function workOf({ config, dataset }: Planned, iterations = iterationsOf(config, dataset)): Work {
  const validations = Math.ceil(iterations / config.evalEvery);
  const user = rankUser(config, dataset);
  return {
    iteration: config.batchSize * widthOf(config) ** TRAIN_EXPONENT[config.model],
    iterations,
    validate:
      validations * dataset.validInteractions * LOSS + rankedUsers(config, dataset, validations) * user,
    test: rankableUsers(dataset, dataset.testInteractions) * user,
  };
}

/** Work of ranking all items for one user. */
function rankUser(config: TrainingConfig, { items }: DatasetSize): number {
  const k = Math.min(Math.max(...config.topk), items);
  return k * (1 + Math.log(items / k)) + items * SCORE[config.model](widthOf(config));
}

/** Iterations of a whole training: every positive and its negatives, once an epoch. */
export function iterationsOf(
  { negatives, batchSize, epochs }: TrainingConfig,
  { trainInteractions }: Pick<DatasetSize, 'trainInteractions'>,
): number {
  return Math.ceil((trainInteractions * (1 + negatives)) / batchSize) * epochs;
}

/**
 * Users that a training's validations rank: all or `validUsers` of them each time, and all of them once more at the
 * end when the others were a sample. By validation loss only the chosen checkpoint is ranked.
 */
function rankedUsers(config: TrainingConfig, dataset: DatasetSize, validations: number): number {
  const all = rankableUsers(dataset, dataset.validInteractions);
  if (config.select === 'valid/loss') return all;
  const asked = config.validUsers ?? 0;
  return asked === 0 || asked >= all ? validations * all : validations * asked + all;
}

/** Users that may have an interaction in a part; the header does not count those that do. */
function rankableUsers({ users }: DatasetSize, interactions: number): number {
  return Math.min(users, interactions);
}

/** Columns of the widest layer. */
function widthOf({ model, factors, mlpLayers = 1, hidden = 1 }: TrainingConfig): number {
  switch (model) {
    case 'GMF':
      return factors;
    case 'NeuMF':
      return factors * 2 ** (mlpLayers - 1);
    case 'CDAE':
      return hidden;
    default:
      return model satisfies never;
  }
}
