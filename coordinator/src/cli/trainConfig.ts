/** From the flags of `adt train` to a checked training configuration; messages name the flag. */
import { didYouMean } from '@adt/proto/nearest';
import {
  LOSSES,
  MODELS,
  TRAINING_DEFAULTS,
  type TrainingConfig,
  trainingConfigSchema,
} from '@adt/proto/trainingConfig';
import type { z } from 'zod';
import { UsageError } from './failure.js';

export type TrainFlags = {
  dataset: string;
  model: string;
  loss: string;
  epsMax?: number;
  epsN?: number;
  beta?: number;
  nrFpWeight?: number;
  nrNegativeWeight?: number;
  nmtrClickWeight?: number;
  mlpLayers?: number;
  dropout?: number;
  hidden?: number;
  corruption?: number;
  lr: number;
  factors: number;
  batchSize: number;
  negatives: number;
  epochs: number;
  evalEvery: number;
  validUsers?: number;
  topk?: number[];
  select?: string;
  seed: number;
  threads: number;
};

/** K of the paper's evaluation: few items a user on Adressa. */
const ADRESSA_TOPK = [3, 20];

/**
 * @param dataset the name and content address that the training is to record
 * @throws UsageError for the first flag that is off
 */
export function trainingConfigOf(
  flags: TrainFlags,
  dataset: { name: string; sha256: string },
): TrainingConfig {
  const { threads: _, dataset: __, ...settings } = flags;
  const topk = flags.topk ?? (dataset.name === 'adressa' ? ADRESSA_TOPK : [...TRAINING_DEFAULTS.topk]);
  const checked = trainingConfigSchema.safeParse({
    ...sizesOf(settings.model),
    ...settings,
    dataset: dataset.name,
    datasetSha256: dataset.sha256,
    topk,
    select: metricOf(flags.select ?? `valid/recall@${topk[0]}`),
  });
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw new UsageError(issue ? describe(issue, flags) : 'the configuration is not valid');
}

/** The paper's sizes, for the model that has them. */
function sizesOf(model: string): Partial<TrainFlags> {
  const { mlp_layers: mlpLayers, dropout, hidden, corruption } = TRAINING_DEFAULTS;
  if (model === 'NeuMF') return { mlpLayers, dropout };
  return model === 'CDAE' ? { hidden, corruption } : {};
}

/** `valid-loss` is the paper's word for the series valid/loss. */
function metricOf(select: string): string {
  if (select.startsWith('test/'))
    throw new UsageError(`--select: the test part never selects; take ${select.replace('test', 'valid')}`);
  return select === 'valid-loss' ? 'valid/loss' : select;
}

type Issue = z.core.$ZodIssue;

function describe(issue: Issue, flags: TrainFlags): string {
  const key = String(issue.path[0] ?? '');
  const given = (flags as Record<string, unknown>)[key];
  const got = given === undefined ? '' : ` (got ${Array.isArray(given) ? given.join(',') : given})`;
  const flag = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const known: readonly string[] = { model: MODELS, loss: LOSSES }[key] ?? [];
  return `${flag}: ${reason(issue, known)}${got}${known.includes(String(given)) ? '' : didYouMean(String(given), known)}`;
}

function reason(issue: Issue, known: readonly string[]): string {
  switch (issue.code) {
    case 'too_big': {
      const most = `${issue.inclusive ? '<=' : '<'} ${issue.maximum}`;
      return issue.origin === 'array' ? `takes at most ${issue.maximum} values` : `must be ${most}`;
    }
    case 'too_small':
      return `must be ${issue.inclusive ? '>=' : '>'} ${issue.minimum}`;
    case 'invalid_type':
      return `must be ${issue.expected === 'int' ? 'an integer' : `a ${issue.expected}`}`;
    case 'invalid_value':
      return `must be ${known.join(', ')}`;
    default:
      return issue.message;
  }
}
