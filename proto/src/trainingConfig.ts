/** What one training is made of: the vocabulary, the bounds, and the only schema that checks them. */
import { z } from 'zod';
import { DATASET_NAME, DATASET_NAME_RULE } from './datasetNameRule.js';
import type { TrainingConfig as WireTrainingConfig } from './gen/adt/v1/common.js';
import { LOSSES, type Loss, MODELS, type Model, whyNotTogether } from './losses.js';
import { metricName } from './metric.js';

export {
  LOSSES,
  LOSSES_WITH_FLAGS,
  type Loss,
  MODELS,
  type Model,
  whyNoFlags,
  whyNotTogether,
} from './losses.js';

export const MAX_TOPK = 1000;

const topk = z
  .array(z.int().min(1).max(MAX_TOPK))
  .min(1)
  .max(8)
  .refine(
    (ks) => ks.every((k, at) => at === 0 || k > (ks[at - 1] ?? 0)),
    'must be ascending, without repeats',
  );

/**
 * Bounds of every hyper-parameter. Keys are the names that sweep files use (snake_case);
 * epochs, eval_every and the like may be searched as well as fixed.
 */
export const hyperparameterSchemas = {
  eps_max: z.number().min(0).lt(1),
  eps_n: z.int().min(1).max(100_000_000),
  beta: z.number().min(0).max(10),
  nr_fp_weight: z.number().min(0).max(100),
  nr_negative_weight: z.number().min(0).max(100),
  nmtr_click_weight: z.number().min(0).max(1),
  mlp_layers: z.int().min(1).max(5),
  dropout: z.number().min(0).lt(1),
  hidden: z.int().min(1).max(4096),
  corruption: z.number().min(0).lt(1),
  lr: z.number().gt(0).max(1),
  factors: z.int().min(1).max(512),
  negatives: z.int().min(1).max(64),
  batch_size: z.int().min(2).max(65_536),
  epochs: z.int().min(1).max(10_000),
  eval_every: z.int().min(1).max(10_000_000),
  valid_users: z
    .int()
    .min(0)
    .max(2 ** 31 - 1),
} as const;
export type Hyperparameter = keyof typeof hyperparameterSchemas;

/** The loss that a hyper-parameter belongs to; absent where every loss has it. */
export const PARAMETER_OF_LOSS: Partial<Record<Hyperparameter, Loss>> = {
  eps_max: 'T-CE',
  eps_n: 'T-CE',
  beta: 'R-CE',
  nr_fp_weight: 'NR',
  nr_negative_weight: 'NR',
  nmtr_click_weight: 'NMTR',
};

/** The models that a hyper-parameter belongs to; absent where every model has it. */
export const PARAMETER_OF_MODELS: Partial<Record<Hyperparameter, readonly Model[]>> = {
  factors: ['GMF', 'NeuMF'],
  mlp_layers: ['NeuMF'],
  dropout: ['NeuMF'],
  hidden: ['CDAE'],
  corruption: ['CDAE'],
};

/** Columns that the widest layer of NeuMF's tower may put out: its first has twice as many squared. */
const MAX_TOWER_WIDTH = 4096;

/** As a configuration names them. */
const FIELD_OF_LOSS = {
  epsMax: 'T-CE',
  epsN: 'T-CE',
  beta: 'R-CE',
  nrFpWeight: 'NR',
  nrNegativeWeight: 'NR',
  nmtrClickWeight: 'NMTR',
} as const satisfies Record<string, Loss>;

/** As a configuration names them; `factors` is always there, since GMF's configurations had it first. */
const FIELD_OF_MODEL = {
  mlpLayers: 'NeuMF',
  dropout: 'NeuMF',
  hidden: 'CDAE',
  corruption: 'CDAE',
} as const satisfies Record<string, Model>;

/** Settings of the paper's runs (Wang et al., WSDM 2021, section 4.1), where a sweep or a command is silent. */
export const TRAINING_DEFAULTS = {
  model: 'GMF',
  loss: 'CE',
  lr: 0.001,
  factors: 32,
  mlp_layers: 3,
  dropout: 0,
  hidden: 200,
  corruption: 0.2,
  negatives: 1,
  batch_size: 1024,
  epochs: 10,
  eval_every: 100,
  topk: [50, 100],
  seed: 1,
} as const;

const shape = {
  dataset: z.string().regex(DATASET_NAME, DATASET_NAME_RULE),
  datasetSha256: z.string().regex(/^[0-9a-f]{64}$/),
  model: z.enum(MODELS),
  loss: z.enum(LOSSES),
  epsMax: hyperparameterSchemas.eps_max.optional(),
  epsN: hyperparameterSchemas.eps_n.optional(),
  beta: hyperparameterSchemas.beta.optional(),
  nrFpWeight: hyperparameterSchemas.nr_fp_weight.optional(),
  nrNegativeWeight: hyperparameterSchemas.nr_negative_weight.optional(),
  nmtrClickWeight: hyperparameterSchemas.nmtr_click_weight.optional(),
  mlpLayers: hyperparameterSchemas.mlp_layers.optional(),
  dropout: hyperparameterSchemas.dropout.optional(),
  hidden: hyperparameterSchemas.hidden.optional(),
  corruption: hyperparameterSchemas.corruption.optional(),
  lr: hyperparameterSchemas.lr,
  factors: hyperparameterSchemas.factors,
  negatives: hyperparameterSchemas.negatives,
  batchSize: hyperparameterSchemas.batch_size,
  epochs: hyperparameterSchemas.epochs,
  evalEvery: hyperparameterSchemas.eval_every,
  /** Users that each validation ranks; absent or 0: all. The final numbers are always of all. */
  validUsers: hyperparameterSchemas.valid_users.optional(),
  topk,
  select: metricName.regex(
    /^valid\//,
    'must be a validation metric: the test set is read once, after selection',
  ),
  seed: z.int().min(0).max(0xffff_ffff),
};

const OWNED_FIELDS = [
  ...Object.entries(FIELD_OF_LOSS).map(([key, owner]) => ({ key, owner, by: 'loss' }) as const),
  ...Object.entries(FIELD_OF_MODEL).map(([key, owner]) => ({ key, owner, by: 'model' }) as const),
] as { key: keyof typeof FIELD_OF_LOSS | keyof typeof FIELD_OF_MODEL; owner: string; by: 'loss' | 'model' }[];

/** A complete, checked training: exactly the parameters its model and its loss read, nothing else. */
export const trainingConfigSchema = z.strictObject(shape).superRefine((config, context) => {
  for (const { key, owner, by } of OWNED_FIELDS) {
    const needed = config[by] === owner;
    if (needed && config[key] === undefined) {
      context.addIssue({ code: 'custom', path: [key], message: `is required for ${config[by]}` });
    } else if (!needed && config[key] !== undefined) {
      context.addIssue({ code: 'custom', path: [key], message: `does not apply to ${config[by]}` });
    }
  }
  const wrong = whyNotTheseFactors(config);
  if (wrong !== null) context.addIssue({ code: 'custom', path: ['factors'], message: wrong });
  const apart = whyNotTogether(config.model, config.loss);
  if (apart !== null) context.addIssue({ code: 'custom', path: ['loss'], message: apart });
  const at = config.select.match(/@(\d+)$/)?.[1];
  if (at !== undefined && !config.topk.includes(Number(at))) {
    context.addIssue({
      code: 'custom',
      path: ['select'],
      message: `K = ${at} is not in topk [${config.topk.join(', ')}]`,
    });
  }
});

/** Why a model can't have these sizes; null when it can. */
export function whyNotTheseFactors({
  model,
  factors,
  mlpLayers = 1,
}: {
  model: Model;
  factors: number;
  mlpLayers?: number;
}): string | null {
  // One configuration, one hash: what CDAE does not read can't tell two of its trainings apart.
  if (model === 'CDAE' && factors !== TRAINING_DEFAULTS.factors) return 'does not apply to CDAE: give hidden';
  const width = factors * 2 ** (mlpLayers - 1);
  if (model !== 'NeuMF' || width <= MAX_TOWER_WIDTH) return null;
  return `${factors} with ${mlpLayers} layers make a tower ${width} wide; the limit is ${MAX_TOWER_WIDTH}`;
}

export type TrainingConfig = z.infer<typeof trainingConfigSchema>;

// The wire type and the schema must name the same fields: this line stops compiling when they drift.
type SameKeys<A, B> = [keyof A] extends [keyof B] ? ([keyof B] extends [keyof A] ? true : never) : never;
export const WIRE_AGREES: SameKeys<TrainingConfig, WireTrainingConfig> = true;

/**
 * Checks a configuration that came over the wire.
 * @throws z.ZodError with the path of every field that is off
 */
export function parseTrainingConfig(wire: WireTrainingConfig): TrainingConfig {
  return trainingConfigSchema.parse(
    Object.fromEntries(Object.entries(wire).filter(([, value]) => value !== undefined)),
  );
}
