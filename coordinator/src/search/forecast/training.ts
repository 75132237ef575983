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
 * How time grows with the columns of a model: seconds a sample and a ranking ∝ width^exponent. Measured on the built-in
 * data set with one thread, 8 to 128 factors (GMF), 8 to 32 (NeuMF), 50 to 200 hidden (CDAE), on a busy machine
 * (2026-11-24): rough, and only asked where no training of the same width was measured.
 */
const WIDTH_EXPONENT: Record<Model, { train: number; rank: number }> = {
  GMF: { train: 0.7, rank: 0.2 },
  NeuMF: { train: 1.7, rank: 1.4 },
  CDAE: { train: 0.5, rank: 0 },
};

/**
 * @param iterations those that were run, where fewer than a whole training has
 */
export function workOf({ config, dataset }: Planned, iterations = iterationsOf(config, dataset)): Work {
  const exponent = WIDTH_EXPONENT[config.model];
  const width = widthOf(config);
  const validations = Math.ceil(iterations / config.evalEvery);
  const rankUser = dataset.items * width ** exponent.rank;
  return {
    iteration: config.batchSize * width ** exponent.train,
    iterations,
    validate:
      validations * dataset.validInteractions * width ** exponent.rank +
      rankedUsers(config, dataset, validations) * rankUser,
    test: rankableUsers(dataset, dataset.testInteractions) * rankUser,
  };
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
